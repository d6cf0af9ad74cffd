import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { TokenCache } from "./token-cache.ts";

const entry = (value: number): { value: number; expiresAtMs: number } => ({ value, expiresAtMs: 1 });
const bytesOfOne = ((): number => {
  const cache = new TokenCache<number>(1_000_000);
  cache.save("k000", entry(0));
  return cache.bytes;
})();
const key = (index: number): string => `k${String(index).padStart(3, "0")}`;

describe("the cache of verified tokens", () => {
  test("finds exactly what was saved, until it is deleted", () => {
    const cache = new TokenCache<number>(1_000_000);
    cache.save("a", entry(1));
    assert.equal(cache.find("a")?.value, 1);
    assert.equal(cache.find("b"), undefined);
    cache.save("a", entry(2));
    assert.equal(cache.find("a")?.value, 2);
    assert.equal(cache.size, 1);
    cache.delete("a");
    cache.delete("a");
    assert.deepEqual([cache.find("a"), cache.size, cache.bytes], [undefined, 0, 0]);
  });

  test("tells tokens with one and the same signature apart (J-59)", () => {
    const cache = new TokenCache<number>(1_000_000);
    const signature = "s".repeat(86);
    cache.save(`alice.${signature}`, entry(1));
    assert.equal(cache.find(`root.${signature}`), undefined);
    cache.delete(`root.${signature}`);
    assert.equal(cache.find(`alice.${signature}`)?.value, 1);
    cache.save(`bob.${signature}`, entry(2));
    assert.deepEqual([cache.find(`alice.${signature}`), cache.find(`bob.${signature}`)?.value, cache.size], [undefined, 2, 1]);
  });

  test("drops the tokens that were not used, and keeps the others", () => {
    const cache = new TokenCache<number>(4 * bytesOfOne);
    for (const index of [0, 1, 2, 3]) cache.save(key(index), entry(index));
    cache.find(key(0));
    cache.find(key(2));
    cache.save(key(4), entry(4));
    cache.save(key(5), entry(5));
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5].filter((index) => cache.find(key(index)) !== undefined),
      [0, 2, 4, 5],
    );
  });

  test("makes room although everything was used", () => {
    const cache = new TokenCache<number>(3 * bytesOfOne);
    for (let index = 0; index < 50; index += 1) {
      cache.save(key(index), entry(index));
      for (let each = 0; each <= index; each += 1) cache.find(key(each));
      assert.ok(cache.size <= 3);
      assert.equal(cache.find(key(index))?.value, index);
    }
  });

  test("does not keep a token that is larger than the whole cache", () => {
    const cache = new TokenCache<number>(bytesOfOne - 1);
    cache.save(key(1), entry(1));
    assert.equal(cache.size, 0);
  });

  test("never holds more than its bytes, nor anything that was not saved, whatever happens", () => {
    const step = fc.record({ act: fc.constantFrom("save", "find", "delete", "clear"), index: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 0, max: 12 }), (steps, room) => {
        const cache = new TokenCache<number>(room * bytesOfOne);
        for (const { act, index } of steps) {
          if (act === "save") cache.save(key(index), entry(index));
          else if (act === "delete") cache.delete(key(index));
          else if (act === "clear" && index === 0) cache.clear();
          else assert.ok([undefined, index].includes(cache.find(key(index))?.value));
          assert.equal(cache.bytes, cache.size * bytesOfOne);
          assert.ok(cache.size <= room);
        }
      }),
    );
  });
});
