import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BoundedMemory } from "./bounded-memory.ts";

const hour = { customDuration: 3600 };

async function countOf(memory: BoundedMemory, key: string): Promise<number> {
  return (await memory.get(key))?.consumedPoints ?? 0;
}

describe("counters in memory", () => {
  test("a million names are counted in bounded memory (D-23)", async () => {
    const memory = new BoundedMemory(1000);
    for (let count = 0; count < 1_000_000; count += 1) void memory.penalty(`name ${count}`, 1, hour);
    assert.equal(memory.size, 1000);
    assert.equal(memory.dump().storage.length, 1000);
    assert.deepEqual(
      [await countOf(memory, "name 999999"), await countOf(memory, "name 999000"), await countOf(memory, "name 998999")],
      [1, 1, 0],
    );
    memory.clear();
    assert.deepEqual([memory.size, memory.dump().storage.length], [0, 0]);
  });
});
