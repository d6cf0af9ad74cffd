import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { BoundedMap } from "./bounded-map.ts";

const step = fc.record({ key: fc.integer({ min: 0, max: 8 }), isDeleted: fc.boolean() });

describe("BoundedMap", () => {
  test("holds the entries that were set last, and forgets the one that was set first", () => {
    const map = new BoundedMap<string, number>(2);
    assert.deepEqual([map.set("a", 1), map.set("b", 2), map.set("a", 3)], [undefined, undefined, undefined]);
    assert.equal(map.set("c", 4), "b");
    assert.deepEqual([...map.keys()], ["a", "c"]);
    assert.deepEqual([map.get("a"), map.get("b"), map.has("b"), map.size], [3, undefined, false, 2]);
  });

  test("behaves as a list that is cut to its bound", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (bound, steps) => {
        const map = new BoundedMap<number, number>(bound);
        let list: (readonly [number, number])[] = [];
        for (const [index, { key, isDeleted }] of steps.entries()) {
          const had = list.some(([each]) => each === key);
          list = list.filter(([each]) => each !== key);
          if (isDeleted) assert.equal(map.delete(key), had);
          else {
            list.push([key, index]);
            const forgotten = list.length > bound ? list.shift()?.[0] : undefined;
            assert.equal(map.set(key, index), forgotten);
          }
          assert.deepEqual(
            [...map.keys()].map((each) => [each, map.get(each)]),
            list,
          );
          assert.equal(map.size, list.length);
        }
      }),
    );
  });
});
