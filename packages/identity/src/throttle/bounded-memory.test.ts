import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BoundedMemory } from "./bounded-memory.ts";

const hour = { customDuration: 3600 };

async function countOf(memory: BoundedMemory, key: string): Promise<number> {
  return (await memory.get(key))?.consumedPoints ?? 0;
}

describe("counters in memory", () => {
  test("a counter in use is not forgotten for one that was used once (D-23)", async () => {
    const memory = new BoundedMemory(100);
    for (let count = 0; count < 10_000; count += 1) {
      void memory.penalty(`once ${count}`, 1, hour);
      if (count % 50 === 0) void memory.penalty("attacked", 1, hour);
    }
    assert.equal(await countOf(memory, "attacked"), 200);
    assert.equal(memory.size, 100);
  });

  test("a counter that was forgotten or deleted starts from one", async () => {
    const memory = new BoundedMemory(2);
    for (const key of ["a", "a", "b", "c"]) await memory.penalty(key, 1, hour);
    assert.equal((await memory.penalty("a", 1, hour)).consumedPoints, 1);
    await memory.delete("a");
    assert.equal((await memory.penalty("a", 1, hour)).consumedPoints, 1);
  });
});
