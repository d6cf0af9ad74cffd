import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as later } from "node:timers/promises";
import fc from "fast-check";
import { Unavailable } from "lockstep";
import { type RefusedRow, type WaitingRow, WriteBehind, type WriteBehindOptions } from "./write-behind.ts";

const never = 2_000_000_000;

/** A table that can be away, and that refuses some keys. */
class Table {
  readonly rows = new Map<string, number>();
  readonly batches: number[] = [];
  readonly refused: RefusedRow<number>[] = [];
  readonly failures: unknown[] = [];
  readonly wrongKeys = new Set<string>();
  isAway = false;
  isBroken = false;
  /** Waits in the middle of a transaction. */
  pause: Promise<void> = Promise.resolve();

  buffer(options: Partial<WriteBehindOptions<number>> = {}): WriteBehind<number> {
    return new WriteBehind({
      write: (rows) => this.#write(rows),
      refused: (rows) => void this.refused.push(...rows),
      failing: (error) => this.failures.push(error),
      batchSize: 10,
      intervalMs: never,
      maxWaiting: 1000,
      ...options,
    });
  }

  async #write(rows: readonly WaitingRow<number>[]): Promise<void> {
    this.batches.push(rows.length);
    await this.pause;
    if (this.isAway) throw new Unavailable("away");
    if (this.isBroken) throw new RangeError("broken");
    if (rows.some(([key]) => this.wrongKeys.has(key))) throw new TypeError("refused");
    for (const [key, value] of rows) this.rows.set(key, value);
  }
}

function fill(buffer: WriteBehind<number>, count: number): void {
  for (let index = 0; index < count; index += 1) buffer.set(`key ${index}`, index);
}

describe("WriteBehind", () => {
  test("writes what waits, in batches, and then has nothing left", async () => {
    const table = new Table();
    const buffer = table.buffer();
    fill(buffer, 25);
    assert.deepEqual([buffer.size, buffer.get("key 3"), table.batches], [25, 3, []]);
    await buffer.flush();
    assert.deepEqual([buffer.size, buffer.get("key 3"), table.batches, table.rows.size], [0, undefined, [10, 10, 5], 25]);
    await buffer.flush();
    assert.equal(table.batches.length, 3);
  });

  test("130,000 rows are written, and so is what comes after them", async () => {
    const table = new Table();
    const buffer = table.buffer({ batchSize: 200, maxWaiting: 200_000 });
    fill(buffer, 130_000);
    await buffer.flush();
    assert.deepEqual([table.rows.size, buffer.size], [130_000, 0]);
    buffer.set("key 0", 1);
    await buffer.flush();
    assert.equal(table.rows.get("key 0"), 1);
    await buffer.close();
  });

  test("an outage loses nothing and does not stop later flushes", async () => {
    const table = new Table();
    const buffer = table.buffer();
    fill(buffer, 25);
    table.isAway = true;
    await assert.rejects(buffer.flush(), Unavailable);
    await assert.rejects(buffer.flush(), Unavailable);
    assert.equal(buffer.size, 25);
    table.isAway = false;
    await buffer.flush();
    assert.deepEqual([buffer.size, table.rows.size, table.refused], [0, 25, []]);
  });

  test("a row that the database refuses is dropped and told, and the others of its batch are written", async () => {
    const table = new Table();
    const buffer = table.buffer();
    table.wrongKeys.add("key 3").add("key 12");
    fill(buffer, 25);
    await buffer.flush();
    assert.deepEqual([buffer.size, table.rows.size], [0, 23]);
    assert.deepEqual(
      table.refused.map(({ key, value, error }) => [key, value, error instanceof TypeError]),
      [
        ["key 3", 3, true],
        ["key 12", 12, true],
      ],
    );
  });

  test("a row that is refused costs a few transactions, and not one for each row of its batch", async () => {
    const table = new Table();
    const buffer = table.buffer({ batchSize: 256 });
    table.wrongKeys.add("key 100");
    fill(buffer, 256);
    await buffer.flush();
    assert.deepEqual([table.rows.size, table.refused.length], [255, 1]);
    assert.ok(table.batches.length <= 1 + 2 * 8, String(table.batches.length));
  });

  test("if nothing can be written, 130,000 rows are kept, each attempt is short, and the newest values are written later", async () => {
    const table = new Table();
    const buffer = table.buffer({ batchSize: 200, maxWaiting: 200_000 });
    table.isBroken = true;
    fill(buffer, 130_000);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      table.batches.length = 0;
      await assert.rejects(buffer.flush(), RangeError);
      assert.ok(table.batches.length < 40, String(table.batches.length));
      buffer.set("key 0", -attempt);
    }
    assert.deepEqual([buffer.size, table.refused.length, table.failures.length], [130_000, 0, 1]);
    table.isBroken = false;
    await buffer.flush();
    assert.deepEqual([buffer.size, table.rows.size, table.rows.get("key 0"), table.rows.get("key 9")], [0, 130_000, -3, 9]);
    table.isBroken = true;
    buffer.set("key 1", 1);
    await assert.rejects(buffer.flush(), RangeError);
    assert.equal(table.failures.length, 2);
  });

  test("many rows that are refused do not keep those behind them from being written", async () => {
    const table = new Table();
    const buffer = table.buffer();
    for (let index = 0; index < 20; index += 1) table.wrongKeys.add(`key ${index}`);
    fill(buffer, 100);
    let flushes = 0;
    for (; buffer.size > 0 && flushes < 10; flushes += 1) await buffer.flush().catch(() => {});
    assert.deepEqual([table.rows.size, table.refused.length, buffer.size], [80, 20, 0]);
  });

  test("a row that is refused while it is the only one waits until another one is written", async () => {
    const table = new Table();
    const buffer = table.buffer();
    table.wrongKeys.add("wrong");
    buffer.set("wrong", 1);
    await assert.rejects(buffer.flush(), TypeError);
    await assert.rejects(buffer.flush(), TypeError);
    assert.deepEqual([table.refused.length, table.failures.length, buffer.size], [0, 1, 1]);
    buffer.set("right", 2);
    await buffer.flush();
    assert.deepEqual([table.refused.map(({ key }) => key), table.rows.get("right"), buffer.size], [["wrong"], 2, 0]);
  });

  test("a value that is set while its key is being written is written by the next flush", async () => {
    const table = new Table();
    const buffer = table.buffer();
    const { promise, resolve } = Promise.withResolvers<void>();
    table.pause = promise;
    buffer.set("key", 1);
    const first = buffer.flush();
    buffer.set("key", 2);
    const second = buffer.flush();
    resolve();
    await first;
    assert.deepEqual([table.rows.get("key"), buffer.get("key")], [1, 2]);
    await second;
    assert.deepEqual([table.rows.get("key"), buffer.size], [2, 0]);
  });

  test("is written by itself after the interval, and tried again after an outage", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const table = new Table();
    const buffer = table.buffer({ intervalMs: 1000 });
    table.isAway = true;
    buffer.set("key", 1);
    t.mock.timers.tick(999);
    assert.equal(table.batches.length, 0);
    t.mock.timers.tick(1);
    await later();
    assert.deepEqual([table.batches.length, buffer.size], [1, 1]);
    table.isAway = false;
    t.mock.timers.tick(1000);
    await later();
    assert.deepEqual([table.batches.length, table.rows.get("key")], [2, 1]);
    t.mock.timers.tick(1_000_000);
    await later();
    assert.equal(table.batches.length, 2);
  });

  test("is written at once when many rows wait, and not for each row above that", async () => {
    const table = new Table();
    const buffer = table.buffer({ flushAt: 5, maxWaiting: 10 });
    table.isAway = true;
    fill(buffer, 10);
    await later();
    assert.deepEqual([table.batches, buffer.size], [[5], 10]);
    table.isAway = false;
    await buffer.flush();
    fill(buffer, 5);
    await later();
    assert.deepEqual([table.rows.size, buffer.size], [10, 0]);
  });

  test("a full buffer forgets the row that was set longest ago, and never the newest", async () => {
    const table = new Table();
    const buffer = table.buffer({ maxWaiting: 3 });
    for (const [key, value] of [
      ["a", 1],
      ["b", 1],
      ["c", 1],
      ["a", 2],
      ["d", 1],
    ] as const)
      assert.equal(buffer.set(key, value), true);
    assert.deepEqual([buffer.get("a"), buffer.get("b"), buffer.size], [2, undefined, 3]);
    await buffer.flush();
    assert.deepEqual(Object.fromEntries(table.rows), { a: 2, c: 1, d: 1 });
  });

  test("each group has room of its own, and a full one takes no other key, but a new value for one that it has", async () => {
    const table = new Table();
    const buffer = table.buffer({ maxWaiting: 2, groupOf: (value) => (value < 100 ? "small" : "large") });
    assert.deepEqual([buffer.set("a", 1), buffer.set("b", 1), buffer.set("c", 1), buffer.set("a", 2)], [true, true, false, true]);
    assert.deepEqual([buffer.set("d", 100), buffer.set("e", 100), buffer.set("f", 100)], [true, true, false]);
    await buffer.flush();
    assert.deepEqual([table.rows.size, table.rows.get("a"), buffer.size], [4, 2, 0]);
    assert.deepEqual([buffer.set("c", 1), buffer.set("f", 100), buffer.size], [true, true, 2]);
  });

  test("closing writes what waits and takes no more; while the database is away it says how much is left", async () => {
    const table = new Table();
    const [written, kept] = [table.buffer(), table.buffer()];
    written.set("a", 1);
    await written.close();
    assert.deepEqual([table.rows.get("a"), written.set("b", 1), written.size], [1, false, 0]);
    kept.set("c", 1);
    table.isAway = true;
    await kept.close();
    assert.equal(kept.size, 1);
  });

  test("whatever fails when, each row is written once it can be, with its last value, and never dropped by an outage", async () => {
    const key = fc.constantFrom("a", "b", "c", "d", "e");
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("set" as const), key, value: fc.nat() }),
        fc.record({ kind: fc.constant("flush" as const) }),
        fc.record({ kind: fc.constant("away" as const), isAway: fc.boolean() }),
        fc.record({ kind: fc.constant("wait" as const) }),
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const table = new Table();
        const buffer = table.buffer({ batchSize: 2, flushAt: 3 });
        const last = new Map<string, number>();
        const flushes: Promise<void>[] = [];
        for (const each of all) {
          if (each.kind === "set") {
            last.set(each.key, each.value);
            buffer.set(each.key, each.value);
          } else if (each.kind === "flush") flushes.push(buffer.flush().catch(() => {}));
          else if (each.kind === "away") table.isAway = each.isAway;
          else await later();
        }
        await Promise.all(flushes);
        table.isAway = false;
        await buffer.close();
        assert.deepEqual([table.rows, table.refused, buffer.size], [last, [], 0]);
      }),
      { numRuns: 200 },
    );
  });
});
