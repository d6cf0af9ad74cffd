import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryCounters } from "./memory-counters.ts";

const now = Date.UTC(2026, 0, 1);

/** Counts a failure. Returns the number of failures. */
async function add(memory: MemoryCounters, key: string): Promise<number> {
  const [counter] = await memory.take([{ name: key, key, limit: { attempts: 1_000_000, seconds: 3600 } }], now, true);
  return counter?.failures ?? 0;
}

describe("counters in memory", () => {
  test("a counter in use is not forgotten for one that was used once (D-23)", async () => {
    const memory = new MemoryCounters(100);
    let attacked = 0;
    for (let count = 0; count < 10_000; count += 1) {
      await add(memory, `once ${count}`);
      if (count % 50 === 0) attacked = await add(memory, "attacked");
    }
    assert.equal(attacked, 200);
    assert.equal(memory.size, 100);
  });

  test("a counter that was forgotten starts from one", async () => {
    const memory = new MemoryCounters(2);
    for (const key of ["a", "a", "b", "c"]) await add(memory, key);
    assert.equal(await add(memory, "a"), 1);
    assert.equal(await add(memory, "c"), 2);
  });
});
