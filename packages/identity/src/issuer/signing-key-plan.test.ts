import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { currentKey, type KeyPeriods, keyPlan, type PlannedKey, publishedKeys } from "./signing-key-plan.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const periods: KeyPeriods = { signsMs: 30 * day, aheadMs: 16 * minute, afterMs: 15 * minute };

/** Applies the plan, as a node does under the lock. */
function kept(keys: readonly PlannedKey[], now: number): readonly PlannedKey[] {
  const plan = keyPlan(keys, now, periods);
  if (plan === undefined) return keys;
  const { make, extend } = plan;
  const held = keys.map((key) => (key.kid === extend?.kid ? { ...key, ...extend } : key));
  return [...held, { kid: `k${keys.length}`, compromisedAt: undefined, ...make }];
}

function key(kid: string, signsFrom: number, more: Partial<PlannedKey> = {}): PlannedKey {
  const signsUntil = signsFrom + periods.signsMs;
  return { kid, signsFrom, signsUntil, publishedUntil: signsUntil + periods.afterMs, compromisedAt: undefined, ...more };
}

describe("keyPlan()", () => {
  test("lets the first key of an empty database sign at once", () => {
    assert.deepEqual(keyPlan([], 1000, periods)?.make.signsFrom, 1000);
  });

  test("creates the next key in time, and it signs when the current one ends", () => {
    const end = key("a", 0).signsUntil;
    assert.equal(keyPlan([key("a", 0)], end - 33 * minute, periods), undefined);
    const plan = keyPlan([key("a", 0)], end - 32 * minute, periods);
    assert.deepEqual(plan, {
      make: { signsFrom: end, signsUntil: 2 * end, publishedUntil: 2 * end + 15 * minute },
      extend: undefined,
    });
  });

  test("lets the current key sign for longer if the next one is late", () => {
    const end = key("a", 0).signsUntil;
    const from = end + 11 * minute;
    assert.deepEqual(keyPlan([key("a", 0)], end - 5 * minute, periods)?.extend, {
      kid: "a",
      signsUntil: from,
      publishedUntil: from + 15 * minute,
    });
  });

  test("creates no key after a clock was set back, because no verifier would know it", () => {
    assert.equal(keyPlan([key("a", hour)], 0, periods), undefined);
    assert.equal(keyPlan([key("a", 365 * day)], 0, periods), undefined);
  });

  test("ignores a compromised key", () => {
    assert.equal(keyPlan([key("a", 0, { compromisedAt: 5 })], 10, periods)?.make.signsFrom, 10);
  });
});

describe("currentKey()", () => {
  test("is the youngest whose time it is, whatever the order of the rows, and always the same of two with equal times", () => {
    const keys = [key("a", 0), key("b", hour), key("c", 2 * hour)];
    assert.equal(currentKey(keys.toReversed(), 90 * minute)?.kid, "b");
    assert.equal(currentKey([key("x", 0), key("y", 0)], 1)?.kid, currentKey([key("y", 0), key("x", 0)], 1)?.kid);
  });

  test("is the next one if the clock is behind, rather than none", () => {
    assert.equal(currentKey([key("a", hour), key("b", 2 * hour)], 0)?.kid, "a");
  });

  test("is never a retired, removed or compromised key", () => {
    assert.equal(currentKey([key("a", 0)], periods.signsMs), undefined);
    assert.equal(currentKey([key("a", 0)], 10 * periods.signsMs), undefined);
    assert.equal(currentKey([key("a", 0, { compromisedAt: 1 })], 2), undefined);
  });
});

describe("rotation", () => {
  test("whatever the clock does, there is a key to sign with and it is published (D-25)", () => {
    const jumps = fc.oneof(
      fc.integer({ min: 0, max: 2 * hour }),
      fc.integer({ min: -2 * hour, max: 0 }),
      fc.integer({ min: -400 * day, max: 400 * day }),
    );
    fc.assert(
      fc.property(fc.array(jumps, { maxLength: 60 }), (steps) => {
        let now = 1000 * day;
        let keys: readonly PlannedKey[] = [];
        for (const step of [0, ...steps]) {
          now += step;
          keys = kept(keys, now);
          assert.equal(keyPlan(keys, now, periods), undefined, "one plan is enough");
          const current = currentKey(keys, now);
          assert.ok(current !== undefined && publishedKeys(keys, now).includes(current));
        }
      }),
    );
  });

  test("as time passes, a key signs only after it was published for long enough, and stays published until its tokens expire (M-06)", () => {
    const waits = fc.array(fc.oneof(fc.integer({ min: 0, max: 20 * minute }), fc.integer({ min: 0, max: 40 * day })), {
      minLength: 20,
      maxLength: 200,
    });
    fc.assert(
      fc.property(waits, (steps) => {
        let now = 0;
        let keys = kept([], now);
        const madeAt = new Map([["k0", Number.NEGATIVE_INFINITY]]);
        const signedAt = new Map<string, number>();
        for (const step of steps) {
          now += step;
          const wasPublished = publishedKeys(keys, now).length > 0;
          keys = kept(keys, now);
          // If no key was published any more, no verifier has a key set with a valid key, so the new key may sign at once.
          for (const { kid } of keys) if (!madeAt.has(kid)) madeAt.set(kid, wasPublished ? now : Number.NEGATIVE_INFINITY);
          const current = currentKey(keys, now);
          assert.ok(current !== undefined);
          assert.ok(now - (madeAt.get(current.kid) ?? now) >= periods.aheadMs);
          signedAt.set(current.kid, now);
          for (const { kid, publishedUntil } of keys) assert.ok((signedAt.get(kid) ?? 0) + periods.afterMs <= publishedUntil);
        }
      }),
    );
  });
});
