import assert from "node:assert/strict";
import { test } from "node:test";
import { ClockJumps } from "./clock-jumps.ts";

function clocks() {
  const time = { wall: 1_000_000, monotonic: 7 };
  const jumps = new ClockJumps(
    () => time.wall,
    () => time.monotonic,
  );
  return { time, jumps };
}

test("neither time that passes on both clocks nor a correction of five seconds is a jump", () => {
  const { time, jumps } = clocks();
  time.wall += 86_400_000;
  time.monotonic += 86_400_000;
  assert.equal(jumps.haveJumped(), false);
  time.wall -= 5000;
  assert.equal(jumps.haveJumped(), false);
});

for (const [name, set] of [
  ["forwards", { wall: 5001, monotonic: 0 }],
  ["back", { wall: -5001, monotonic: 0 }],
  ["on without the monotonic clock, as after a sleep", { wall: 60_000, monotonic: 1 }],
] as const) {
  test(`a wall clock that was set ${name} has jumped, until its difference is accepted`, () => {
    const { time, jumps } = clocks();
    time.wall += set.wall;
    time.monotonic += set.monotonic;
    assert.equal(jumps.haveJumped(), true);
    jumps.follow();
    assert.equal(jumps.haveJumped(), true, "following accepts no jump");
    jumps.accept(jumps.difference());
    assert.equal(jumps.haveJumped(), false);
  });
}

test("slow corrections do not add up to a jump if they are followed; otherwise they do (the control)", () => {
  const [followed, left] = [clocks(), clocks()];
  for (let second = 0; second < 100; second += 1) {
    for (const { time } of [followed, left]) time.wall += 100;
    followed.jumps.follow();
  }
  assert.deepEqual([followed.jumps.haveJumped(), left.jumps.haveJumped()], [false, true]);
});
