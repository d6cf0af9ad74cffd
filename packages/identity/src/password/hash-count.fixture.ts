/** Counts password hashes, as Node itself reports them: each is one job of its thread pool. */
import { createHook } from "node:async_hooks";
import type { TestContext } from "node:test";

/** What was counted. */
export interface HashCount {
  /** How many hashes were begun since the count was last asked for. */
  since(): number;
}

/** Counts from now on, until the test ends. */
export function countHashes(test: Pick<TestContext, "after">): HashCount {
  let count = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === "ARGON2REQUEST") count += 1;
    },
  });
  hook.enable();
  test.after(() => hook.disable());
  return {
    since() {
      const counted = count;
      count = 0;
      return counted;
    },
  };
}
