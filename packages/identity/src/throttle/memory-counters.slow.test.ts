import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryCounters } from "./memory-counters.ts";

const limit = { attempts: 10, seconds: 3600 };

describe("counters in memory", () => {
  test("a million names are counted in bounded memory (D-23)", async () => {
    const memory = new MemoryCounters(1000);
    const add = (key: string) => memory.take([{ name: key, key, limit }], 1, true);
    for (let count = 0; count < 1_000_000; count += 1) await add(`name ${count}`);
    assert.equal(memory.size, 1000);
    const counts = [];
    for (const number of [999_999, 999_001, 998_999]) counts.push((await add(`name ${number}`))[0]?.failures);
    assert.deepEqual(counts, [2, 2, 1]);
  });
});
