import assert from "node:assert/strict";
import { test } from "node:test";
import { Unavailable } from "lockstep";
import { Queue } from "./queue.ts";

test("a queue runs up to its limit at a time, in the order of the calls", async () => {
  const queue = new Queue({ maxRunning: 2, maxWaiting: 10 });
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = (number: number): Promise<number> =>
    queue.run(async () => {
      begun.push(number);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return number;
    });
  const numbers = [0, 1, 2, 3, 4, 5, 6, 7];
  assert.deepEqual(await Promise.all(numbers.map(work)), numbers);
  assert.deepEqual(begun, numbers);
  assert.equal(most, 2);
});

test("a full queue refuses work, and accepts it again when there is room", async () => {
  const queue = new Queue({ maxRunning: 1, maxWaiting: 1 });
  const gate = Promise.withResolvers<void>();
  const first = queue.run(() => gate.promise);
  const second = queue.run(async () => "second");
  await assert.rejects(
    queue.run(async () => "third"),
    Unavailable,
  );
  gate.resolve();
  await first;
  assert.equal(await second, "second");
  assert.equal(await queue.run(async () => "fourth"), "fourth");
});

test("failed work frees its place for the next", async () => {
  const queue = new Queue({ maxRunning: 1, maxWaiting: 5 });
  const failing = queue.run(() => Promise.reject(new Error("broken")));
  const next = queue.run(async () => "next");
  await assert.rejects(failing, /broken/);
  assert.equal(await next, "next");
});
