import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TestClock } from "../settings.fixture.ts";
import type { Database } from "../store/database.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { Counters, type Taking } from "./counters.ts";
import type { GrowingLimit, Limit } from "./throttle-options.ts";

const simple: Limit = { attempts: 3, seconds: 60 };
const growing: GrowingLimit = { attempts: 5, seconds: 86_400, firstDelaySeconds: 60, maxDelaySeconds: 3600, atOnce: 20 };

/** Counters of one key, with a clock. */
class Desk {
  readonly clock = new TestClock();
  readonly counters: Counters;
  readonly #limit: Limit | GrowingLimit;

  constructor(database: Database, limit: Limit | GrowingLimit) {
    this.counters = new Counters(database, 10_000, this.clock.read);
    this.#limit = limit;
  }

  take(key = "a"): Promise<Taking> {
    return this.counters.take([{ name: key, key, limit: this.#limit }]);
  }

  forget(key = "a"): Promise<void> {
    return this.counters.forget([{ name: key, key, limit: this.#limit }]);
  }

  /** Makes an attempt. Returns whether it was allowed. */
  async try(outcome: "failed" | "withdrawn" = "failed", key = "a"): Promise<boolean> {
    const taking = await this.take(key);
    if (!("end" in taking)) return false;
    await taking.end(outcome);
    return true;
  }

  /** The seconds to wait; 0 if an attempt is allowed now. */
  async wait(key = "a"): Promise<number> {
    const taking = await this.take(key);
    if (!("end" in taking)) return (taking.refusals[0].retryAt - this.clock.now) / 1000;
    await taking.end("withdrawn");
    return 0;
  }

  /** Makes attempts at once. Returns how many are allowed, and what ends them. */
  async crowd(times: number): Promise<{ readonly allowed: number; end(outcome: "failed" | "withdrawn"): Promise<void> }> {
    const takings = (await Promise.all(Array.from({ length: times }, () => this.take()))).filter((taking) => "end" in taking);
    return {
      allowed: takings.length,
      end: async (outcome) => void (await Promise.all(takings.map((taking) => taking.end(outcome)))),
    };
  }
}

describeOnEach("a counter with a limit", (database) => {
  test("lets as many failures through as the limit says, and again in the next period", async (t) => {
    const desk = new Desk(await database.open(t), simple);
    const tried: boolean[] = [];
    for (let count = 0; count < 4; count += 1) tried.push(await desk.try());
    assert.deepEqual(tried, [true, true, true, false]);
    assert.equal(await desk.try("failed", "b"), true);
    desk.clock.advance(59);
    assert.equal(await desk.wait(), 1);
    desk.clock.advance(1);
    assert.equal(await desk.try(), true);
  });

  test("of 100 at once no more than the limit get through, and the others may try again in a second (L-13)", async (t) => {
    const desk = new Desk(await database.open(t), { attempts: 5, seconds: 60 });
    const flying = await desk.crowd(100);
    assert.equal(flying.allowed, 5);
    assert.equal(await desk.wait(), 1);
    await flying.end("failed");
    assert.equal((await desk.crowd(100)).allowed, 0);
    assert.equal(await desk.wait(), 60);
  });

  test("an attempt that succeeds leaves nothing behind, and no failed one (L-15)", async (t) => {
    const desk = new Desk(await database.open(t), simple);
    await desk.try();
    await desk.try();
    for (let count = 0; count < 10; count += 1) assert.equal(await desk.try("withdrawn"), true);
    assert.deepEqual([await desk.try(), await desk.try()], [true, false]);
  });

  test("an attempt of a process that was killed leaves its place after two minutes", async (t) => {
    const desk = new Desk(await database.open(t), { attempts: 2, seconds: 3600 });
    desk.clock.now = Math.floor(desk.clock.now / 60_000) * 60_000;
    const lost = await desk.crowd(2);
    assert.equal(lost.allowed, 2);
    desk.clock.advance(119);
    assert.equal(await desk.try("withdrawn"), false);
    desk.clock.advance(1);
    const after = await desk.crowd(2);
    assert.equal(after.allowed, 2);
    // If it was only slow, its end takes no place of the others.
    await lost.end("withdrawn");
    assert.equal(await desk.try("withdrawn"), false);
  });

  test("a clock that is put back holds nobody longer than the limit says", async (t) => {
    const desk = new Desk(await database.open(t), growing);
    for (let count = 0; count < 12; count += 1) await desk.try();
    desk.clock.advance(-86_400 * 30);
    assert.ok((await desk.wait()) <= 3600);
    desk.clock.advance(3600);
    assert.equal(await desk.try(), true);
  });
});

describeOnEach("a counter whose waits grow", (database) => {
  test("after the free attempts each wait is twice the one before, up to an hour, whatever the number of failures (L-03)", async (t) => {
    const desk = new Desk(await database.open(t), growing);
    for (let count = 0; count < 5; count += 1) assert.equal(await desk.try(), true);
    const waits: number[] = [];
    for (let count = 0; count < 40; count += 1) {
      const seconds = await desk.wait();
      waits.push(seconds);
      desk.clock.advance(seconds - 1);
      assert.equal(await desk.try(), false);
      desk.clock.advance(1);
      assert.equal(await desk.try(), true);
    }
    assert.deepEqual(waits, [60, 120, 240, 480, 960, 1920, ...Array.from({ length: 34 }, () => 3600)]);
  });

  test("a client that never stops gets through 504 times in 20 days at most, and 24 times a day after that (L-03)", async (t) => {
    const desk = new Desk(await database.open(t), growing);
    const start = desk.clock.now;
    const perDay = Array.from({ length: 25 }, () => 0);
    const count = (by: number): void => {
      const day = Math.floor((desk.clock.now - start) / 86_400_000);
      perDay[day] = (perDay[day] ?? 0) + by;
    };
    // The most at once: four failures are free of a wait, and then as many as fit are in flight.
    for (let free = 0; free < 4; free += 1) assert.equal(await desk.try(), true);
    const burst = await desk.crowd(100);
    await burst.end("failed");
    count(4 + burst.allowed);
    while (desk.clock.now < start + 25 * 86_400_000) {
      const seconds = await desk.wait();
      desk.clock.advance(seconds);
      if (desk.clock.now < start + 25 * 86_400_000 && (await desk.try())) count(1);
    }
    const sum = perDay.slice(0, 20).reduce((total, day) => total + day, 0);
    assert.ok(sum <= 504 && sum >= 500, String(sum));
    assert.deepEqual(perDay.slice(20), [24, 24, 24, 24, 24]);
  });

  test("20 honest attempts at once are allowed; of 100 guesses no more than 20, and after a wait one (L-13)", async (t) => {
    const desk = new Desk(await database.open(t), growing);
    const honest = await desk.crowd(20);
    assert.equal(honest.allowed, 20);
    await honest.end("withdrawn");
    const guesses = await desk.crowd(100);
    assert.equal(guesses.allowed, 20);
    await guesses.end("failed");
    assert.equal(await desk.wait(), 3600);
    desk.clock.advance(3599);
    assert.equal((await desk.crowd(100)).allowed, 0);
    desk.clock.advance(1);
    const turn = await desk.crowd(100);
    assert.equal(turn.allowed, 1);
    await turn.end("failed");
    assert.equal((await desk.crowd(100)).allowed, 0);
  });

  test("a success during a turn begins no wait, and the failures of others stay", async (t) => {
    const desk = new Desk(await database.open(t), growing);
    for (let count = 0; count < 5; count += 1) await desk.try();
    desk.clock.advance(60);
    assert.equal(await desk.try("withdrawn"), true);
    assert.equal(await desk.try("failed"), true);
    assert.equal(await desk.wait(), 120);
  });

  test("failures are forgotten a day after the last one; forget() does so at once, and for its key only", async (t) => {
    const desk = new Desk(await database.open(t), growing);
    for (let count = 0; count < 5; count += 1) await desk.try("failed", "a");
    for (let count = 0; count < 5; count += 1) await desk.try("failed", "b");
    await desk.forget("a");
    assert.deepEqual([await desk.wait("a"), await desk.wait("b")], [0, 60]);
    for (let count = 0; count < 4; count += 1) assert.equal(await desk.try("failed", "a"), true);
    desk.clock.advance(86_399);
    assert.equal(await desk.try("failed", "b"), true);
    assert.equal(await desk.wait("b"), 120);
    desk.clock.advance(86_400);
    for (let count = 0; count < 5; count += 1) assert.equal(await desk.try("failed", "b"), true);
    assert.equal(await desk.wait("b"), 60);
  });
});

describeOnEach("the counters of one attempt", (database) => {
  const places = (...keys: string[]) => keys.map((key) => ({ name: key, key, limit: simple }));

  test("if one counter refuses, the others keep nothing of the attempt", async (t) => {
    const desk = new Desk(await database.open(t), simple);
    for (let count = 0; count < 3; count += 1) await desk.try("failed", "b");
    for (let count = 0; count < 10; count += 1) {
      const taking = await desk.counters.take(places("a", "b", "c"));
      assert.deepEqual(
        taking.refusals.map(({ place, isFirst }) => [place.key, isFirst]),
        [["b", count === 0]],
      );
    }
    for (const key of ["a", "c"]) for (let count = 0; count < 3; count += 1) assert.equal(await desk.try("failed", key), true);
  });

  test("many attempts at once with the same counters in another order all end", async (t) => {
    const desk = new Desk(await database.open(t), { attempts: 1000, seconds: 60 });
    const limit = { attempts: 1000, seconds: 60 };
    const orders = [
      ["a", "b", "c"],
      ["c", "b", "a"],
      ["b", "c", "a"],
    ];
    const endings = Array.from({ length: 60 }, async (_, index) => {
      const keys = orders[index % 3] ?? [];
      const taking = await desk.counters.take(keys.map((key) => ({ name: key, key, limit })));
      if ("end" in taking) await taking.end("failed");
    });
    await Promise.all(endings);
    const refused = await desk.counters.take(
      ["a", "b", "c"].map((key) => ({ name: key, key, limit: { attempts: 60, seconds: 60 } })),
    );
    assert.equal(refused.refusals.length, 3);
    const allowed = await desk.counters.take(["a"].map((key) => ({ name: key, key, limit: { attempts: 61, seconds: 60 } })));
    assert.equal(allowed.refusals.length, 0);
  });
});

describeOnEach("the rule", (database) => {
  // Both stores follow one rule: what a program does is the same in memory and in SQL.
  test("the same steps have the same results in memory", async (t) => {
    const opened = await database.open(t);
    const inMemory = { kind: "sqlite" } as Database;
    const step = fc.tuple(
      fc.constantFrom("take", "fail", "withdraw", "forget", "spend", "wait"),
      fc.constantFrom("a", "b"),
      fc.integer({ min: -100, max: 5000 }),
    );
    const run = async (at: Database, prefix: string, limit: Limit | GrowingLimit, steps: readonly [string, string, number][]) => {
      const clock = new TestClock();
      const counters = new Counters(at, 100, clock.read);
      const flying: Extract<Taking, { end: unknown }>[] = [];
      const seen: unknown[] = [];
      for (const [what, name, seconds] of steps) {
        const places = [{ name, key: `${prefix} ${name}`, limit }];
        if (what === "wait") clock.advance(seconds);
        if (what === "take") {
          const taking = await counters.take(places);
          if ("end" in taking) flying.push(taking);
          seen.push(taking.refusals.map(({ retryAt, isFirst }) => [retryAt, isFirst]));
        }
        if (what === "spend") seen.push((await counters.spend(places)).map(({ retryAt, isFirst }) => [retryAt, isFirst]));
        if (what === "fail" || what === "withdraw") await flying.shift()?.end(what === "fail" ? "failed" : "withdrawn");
        if (what === "forget") await counters.forget(places);
      }
      return seen;
    };
    let runs = 0;
    const limits = [simple, { ...growing, attempts: 2, atOnce: 3 }] as const;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...limits), fc.array(step, { maxLength: 40 }), async (limit, steps) => {
        runs += 1;
        assert.deepEqual(await run(opened, `run ${runs}`, limit, steps), await run(inMemory, "run", limit, steps));
      }),
      { numRuns: 60 },
    );
  });
});
