import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Database } from "../store/database.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { type Bucket, GrowingBucket, SimpleBucket, type Taking } from "./bucket.ts";
import { Counters } from "./counters.ts";

const growing = {
  attempts: 5,
  seconds: 86_400,
  firstDelaySeconds: 60,
  maxDelaySeconds: 3600,
  delayedAttempts: 15,
  periodSeconds: 20 * 86_400,
};

/** The limiter counts by the clock of the process. */
function standStill(t: TestContext): { advance(seconds: number): void } {
  t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 0, 1) });
  return { advance: (seconds) => t.mock.timers.setTime(Date.now() + seconds * 1000) };
}

function counters(db: Database): Counters {
  return new Counters(db, 10_000);
}

async function isAllowed(bucket: Bucket, key = "a"): Promise<boolean> {
  return (await bucket.take(key)).isAllowed;
}

async function take(bucket: Bucket, times: number): Promise<readonly Taking[]> {
  return Promise.all(Array.from({ length: times }, () => bucket.take("a")));
}

function allowed(takings: readonly Taking[]): number {
  return takings.filter((taking) => taking.isAllowed).length;
}

describeOnEach("a simple bucket", (database) => {
  test("lets as many through as the limit says, and again in the next period", async (t) => {
    const { advance } = standStill(t);
    const bucket = new SimpleBucket(counters(await database.open(t)), { attempts: 3, seconds: 60 });
    const first: boolean[] = [];
    for (let count = 0; count < 4; count += 1) first.push(await isAllowed(bucket));
    assert.deepEqual(first, [true, true, true, false]);
    assert.equal(await isAllowed(bucket, "b"), true);
    advance(59);
    assert.deepEqual(await bucket.take("a"), { isAllowed: false, endsAt: Date.now() + 1000, isFirst: false });
    advance(2);
    assert.equal(await isAllowed(bucket), true);
  });

  test("of 100 at once no more than the limit get through, and one refusal is the first (L-13)", async (t) => {
    const bucket = new SimpleBucket(counters(await database.open(t)), { attempts: 5, seconds: 60 });
    const takings = await take(bucket, 100);
    assert.equal(allowed(takings), 5);
    assert.equal(takings.filter((taking) => !taking.isAllowed && taking.isFirst).length, 1);
  });

  test("an attempt that succeeds is given back, and no failed one (L-15)", async (t) => {
    const bucket = new SimpleBucket(counters(await database.open(t)), { attempts: 3, seconds: 60 });
    await take(bucket, 2);
    for (let count = 0; count < 10; count += 1) {
      const taking = await bucket.take("a");
      assert.equal(taking.isAllowed, true);
      if (taking.isAllowed) await taking.giveBack();
    }
    assert.deepEqual([await isAllowed(bucket), await isAllowed(bucket)], [true, false]);
  });

  test("an attempt that is given back after its period is not taken from the next one, which would begin below zero", async (t) => {
    const { advance } = standStill(t);
    const bucket = new SimpleBucket(counters(await database.open(t)), { attempts: 3, seconds: 60 });
    const late = await take(bucket, 3);
    advance(61);
    for (const taking of late) if (taking.isAllowed) await taking.giveBack();
    assert.equal(allowed(await take(bucket, 10)), 3);
  });
});

describeOnEach("a growing bucket", (database) => {
  test("after the free attempts each wait is twice the one before, up to an hour (L-03)", async (t) => {
    const { advance } = standStill(t);
    const bucket = new GrowingBucket(counters(await database.open(t)), growing);
    for (let count = 0; count < 5; count += 1) assert.equal(await isAllowed(bucket), true);
    const waits: number[] = [];
    for (let count = 0; count < 9; count += 1) {
      const refused = await bucket.take("a");
      assert.equal(refused.isAllowed, false);
      const seconds = refused.isAllowed ? 0 : (refused.endsAt - Date.now()) / 1000;
      waits.push(seconds);
      advance(seconds - 1);
      assert.equal(await isAllowed(bucket), false);
      advance(1);
      assert.equal(await isAllowed(bucket), true);
    }
    assert.deepEqual(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  });

  test("a client that tries as soon as it may gets through fewer than 100 times in 20 days, and still each day (L-03)", async (t) => {
    const { advance } = standStill(t);
    const bucket = new GrowingBucket(counters(await database.open(t)), growing);
    const end = Date.now() + growing.periodSeconds * 1000;
    const perDay = Array.from({ length: 20 }, () => 0);
    while (Date.now() < end) {
      const taking = await bucket.take("a");
      const day = 19 - Math.floor((end - Date.now() - 1) / 86_400_000);
      if (taking.isAllowed) perDay[day] = (perDay[day] ?? 0) + 1;
      else advance((taking.endsAt - Date.now()) / 1000);
    }
    assert.deepEqual(perDay, [19, ...Array.from({ length: 19 }, () => 4)]);
  });

  test("of 100 at once no more get through than are free; of 100 after a wait, one (L-13)", async (t) => {
    const { advance } = standStill(t);
    const bucket = new GrowingBucket(counters(await database.open(t)), growing);
    assert.equal(allowed(await take(bucket, 100)), 5);
    for (const seconds of [60, 120, 240]) {
      advance(seconds - 1);
      assert.equal(allowed(await take(bucket, 100)), 0);
      advance(1);
      assert.equal(allowed(await take(bucket, 100)), 1);
    }
  });

  test("a success returns its turn, and the wait with it; the failures of others stay", async (t) => {
    const { advance } = standStill(t);
    const bucket = new GrowingBucket(counters(await database.open(t)), growing);
    await take(bucket, 5);
    for (let count = 0; count < 3; count += 1) {
      assert.equal(await isAllowed(bucket), false);
      advance(60);
      const owner = await bucket.take("a");
      assert.equal(owner.isAllowed, true);
      if (owner.isAllowed) await owner.giveBack();
      // The next one may go on at once, and begins the wait that the attempt before it would have begun.
      assert.equal(await isAllowed(bucket), true);
      advance(60 * 2 ** (count + 1) - 60);
    }
  });

  test("forget() resets its key only", async (t) => {
    const bucket = new GrowingBucket(counters(await database.open(t)), growing);
    await take(bucket, 10);
    for (let count = 0; count < 6; count += 1) await bucket.take("b");
    assert.deepEqual([await isAllowed(bucket, "a"), await isAllowed(bucket, "b")], [false, false]);
    await bucket.forget("a");
    assert.deepEqual([await isAllowed(bucket, "a"), await isAllowed(bucket, "b")], [true, false]);
  });
});
