/** Counts password hashes. Node runs each as one job of its thread pool, and reports it. */
import { createHook } from "node:async_hooks";
import type { TestContext } from "node:test";

/** A count of hashes. */
export interface HashCount {
  /** Returns how many hashes have started since the last call. */
  since(): number;
}

/** Counts hashes from now on, until the test ends. */
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
