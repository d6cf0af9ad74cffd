import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryReplays } from "./memory-replays.ts";

test("an id is new once, until it expires or is forgotten", () => {
  let now = 0;
  const { seen, forget } = memoryReplays({ clock: () => now });
  assert.deepEqual([seen("a", 10), seen("a", 10), seen("b", 10)], [false, true, false]);
  now = 9;
  assert.equal(seen("a", 99), true);
  now = 10;
  // The expiry of the first time counts.
  assert.deepEqual([seen("a", 20), seen("a", 20)], [false, true]);
  void forget?.("a");
  assert.deepEqual([seen("a", 20), seen("a", 20)], [false, true]);
});

test("it holds as many ids as its options say, and forgets the oldest first", () => {
  const { seen } = memoryReplays({ maxEntries: 2, clock: () => 0 });
  assert.deepEqual([seen("a", 1), seen("b", 1), seen("c", 1)], [false, false, false]);
  assert.deepEqual([seen("b", 1), seen("c", 1), seen("a", 1)], [true, true, false]);
  for (let index = 0; index < 1000; index += 1) void seen(String(index), 1);
  assert.deepEqual([seen("999", 1), seen("998", 1), seen("0", 1)], [true, true, false]);
});

test("an impossible size does not build", () => {
  for (const maxEntries of [0, -1, 1.5, NaN, Infinity, "1" as unknown as number])
    assert.throws(() => memoryReplays({ maxEntries }), {
      code: "wrong_option",
      message: /set maxEntries to a whole number from 1/,
    });
});
