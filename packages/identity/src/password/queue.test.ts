import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Unavailable } from "lockstep";
import { type Line, Queue } from "./queue.ts";

describe("a queue", () => {
  test("runs up to its limit at a time, in the order of the calls", async () => {
    const queue = new Queue({ maxRunning: 2, maxWaiting: 10 });
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const work = (number: number): Promise<number> =>
      queue.run("strangers", async () => {
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

  test("refuses work if the line is full, and accepts it again when there is room", async () => {
    const queue = new Queue({ maxRunning: 1, maxWaiting: 1 });
    const gate = Promise.withResolvers<void>();
    const first = queue.run("strangers", () => gate.promise);
    const second = queue.run("strangers", async () => "second");
    await assert.rejects(
      queue.run("strangers", async () => "third"),
      Unavailable,
    );
    gate.resolve();
    await first;
    assert.equal(await second, "second");
    assert.equal(await queue.run("strangers", async () => "fourth"), "fourth");
  });

  test("has a line for each kind of caller: a full one keeps nobody out of the other, and they take turns (L-24)", async () => {
    const order: string[] = [];
    for (const [flood, other] of [
      ["strangers", "known"],
      ["known", "strangers"],
    ] as const satisfies (readonly Line[])[]) {
      const queue = new Queue({ maxRunning: 1, maxWaiting: 5 });
      const gate = Promise.withResolvers<void>();
      const first = queue.run(flood, () => gate.promise);
      const run = (line: Line, name: string) => queue.run(line, async () => void order.push(name));
      const jobs = Array.from({ length: 5 }, (_, index) => run(flood, `flood ${index}`));
      await assert.rejects(run(flood, "more"), Unavailable);
      jobs.push(run(other, "owner 0"), run(other, "owner 1"));
      gate.resolve();
      await Promise.all([first, ...jobs]);
      const owners = order.flatMap((name, index) => (name.startsWith("owner") ? [index] : []));
      assert.ok((owners[0] ?? 9) <= 1 && (owners[1] ?? 9) <= 3, order.join());
      order.length = 0;
    }
  });

  test("failed work frees its place for the next", async () => {
    const queue = new Queue({ maxRunning: 1, maxWaiting: 5 });
    const failing = queue.run("strangers", () => Promise.reject(new Error("broken")));
    const next = queue.run("strangers", async () => "next");
    await assert.rejects(failing, /broken/);
    assert.equal(await next, "next");
  });
});
