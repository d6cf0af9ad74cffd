import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Redacted, Unavailable } from "lockstep";
import { countHashes } from "./hash-count.fixture.ts";
import { hashLimits, hashPassword, verifyPassword } from "./password-hash.ts";

const right = new Redacted("seven quiet lanterns drift");

describe("500 attempts at once (L-24)", () => {
  test("run a few at a time, some wait, the others are refused with a time to retry, and the event loop keeps running", async (t) => {
    const { maxRunning, maxWaiting } = hashLimits;
    const served = maxRunning + maxWaiting;
    const hash = await hashPassword(right);
    const hashes = countHashes(t);
    let turns = 0;
    let running = true;
    const turn = (): void => {
      turns += 1;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    const settled = await Promise.allSettled(Array.from({ length: 500 }, () => verifyPassword(right, hash)));
    running = false;
    assert.equal(settled.filter((each) => each.status === "fulfilled" && each.value).length, served);
    const refused = settled.flatMap((each): unknown[] => (each.status === "rejected" ? [each.reason] : []));
    assert.equal(refused.length, 500 - served);
    assert.ok(refused.every((error) => error instanceof Unavailable && error.retryAfterSeconds > 0));
    assert.equal(hashes.since(), served);
    // If hashing ran on the event loop, the loop would have turned once for each.
    assert.ok(turns > 1000, `the event loop turned ${turns} times`);
    assert.equal(await verifyPassword(right, hash), true);
  });
});
