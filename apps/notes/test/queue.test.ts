/** Work that must not run all at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Unavailable } from "lockstep";
import { Queue } from "../src/queue.ts";

test("runs as many as it may, the others in the order they came, and refuses beyond that", async () => {
  const queue = new Queue({ maxRunning: 2, maxWaiting: 2 });
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const work = (name: number) =>
    queue.run(() => {
      started.push(name);
      return new Promise<number>((resolve) => ends.push(() => resolve(name)));
    });
  const all = [work(1), work(2), work(3), work(4)];
  await assert.rejects(work(5), (error) => error instanceof Unavailable && error.retryAfterSeconds === 2);
  await settled();
  assert.deepEqual(started, [1, 2]);
  ends[1]?.();
  await settled();
  assert.deepEqual(started, [1, 2, 3]);
  ends[0]?.();
  await settled();
  for (const end of ends) end();
  assert.deepEqual(await Promise.all(all), [1, 2, 3, 4]);
  assert.deepEqual(started, [1, 2, 3, 4]);
});

test("work that fails gives its place to the next", async () => {
  const queue = new Queue({ maxRunning: 1, maxWaiting: 5 });
  const failing = queue.run(() => Promise.reject(new Error("no")));
  const next = queue.run(() => Promise.resolve("yes"));
  await assert.rejects(failing, /no/);
  assert.equal(await next, "yes");
  assert.equal(await queue.run(() => Promise.resolve("again")), "again");
});

/** Until everything that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
