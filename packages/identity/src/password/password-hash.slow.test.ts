import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Redacted, Unavailable } from "lockstep";
import { countHashes } from "./hash-count.fixture.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";

const right = new Redacted("seven quiet lanterns drift");

describe("500 attempts at once (L-24)", () => {
  test("run two at a time, 64 wait, the others are refused with a time to retry, and the event loop keeps running", async (t) => {
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
    assert.equal(settled.filter((each) => each.status === "fulfilled" && each.value).length, 66);
    const refused = settled.flatMap((each): unknown[] => (each.status === "rejected" ? [each.reason] : []));
    assert.equal(refused.length, 434);
    assert.ok(refused.every((error) => error instanceof Unavailable && error.retryAfterSeconds > 0));
    assert.equal(hashes.since(), 66);
    // If hashing ran on the event loop, the loop would have turned about 66 times.
    assert.ok(turns > 1000, `the event loop turned ${turns} times`);
    assert.equal(await verifyPassword(right, hash), true);
  });
});
