import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestClock } from "../settings.fixture.ts";
import { KeyLimits } from "./key-limits.ts";

const limits = { network: { attempts: 10, seconds: 60 }, key: { attempts: 3, seconds: 60 } };
const attacker = "192.0.2.1";

function limited(): { readonly throttle: KeyLimits; readonly clock: TestClock } {
  const clock = new TestClock();
  return { throttle: new KeyLimits(limits, clock.read), clock };
}

/** Guesses until it is stopped. Returns how many guesses were compared. */
function guess(throttle: KeyLimits, about: (count: number) => Parameters<KeyLimits["failed"]>[0]): number {
  for (let count = 0; count < 100; count += 1) {
    if (!throttle.mayEvaluate(about(count))) return count;
    throttle.failed(about(count));
  }
  return 100;
}

describe("limits of wrong API keys", () => {
  test("one key may be guessed at three times, from however many networks; then after a minute again", () => {
    const { throttle, clock } = limited();
    assert.equal(
      guess(throttle, (count) => ({ address: `10.0.${count}.1`, keyId: "k" })),
      3,
    );
    clock.advance(59);
    assert.equal(throttle.mayEvaluate({ address: "198.51.100.1", keyId: "k" }), false);
    clock.advance(1);
    assert.equal(
      guess(throttle, (count) => ({ address: `10.1.${count}.1`, keyId: "k" })),
      3,
    );
  });

  test("one network may guess ten times, at however many keys; the neighbour's network is another", () => {
    const { throttle } = limited();
    assert.equal(
      guess(throttle, (count) => ({ address: `192.0.2.${count}`, keyId: `k${count}` })),
      10,
    );
    assert.equal(throttle.mayEvaluate({ address: "192.0.3.1", keyId: "k99" }), true);
  });

  test("keeping a key at its limit does not lock out a client that has used it before", () => {
    const { throttle } = limited();
    guess(throttle, () => ({ address: attacker, keyId: "k" }));
    assert.equal(throttle.mayEvaluate({ address: "198.51.100.1", keyId: "k" }), false);
    assert.equal(throttle.mayEvaluate({ address: "198.51.100.1", keyId: undefined }), true);
  });

  test("connections without an address are limited together (L-12)", () => {
    const { throttle } = limited();
    assert.equal(
      guess(throttle, (count) => ({ address: undefined, keyId: `k${count}` })),
      10,
    );
  });

  test("a million keys and networks are counted in bounded memory, and the newest are among them (D-23)", () => {
    const { throttle } = limited();
    for (let count = 0; count < 500_000; count += 1) {
      throttle.failed({ address: `${count >> 16}.${(count >> 8) & 255}.${count & 255}.1`, keyId: String(count) });
    }
    assert.ok(throttle.size <= 20_000, String(throttle.size));
    for (let more = 0; more < 2; more += 1) throttle.failed({ address: undefined, keyId: "499999" });
    assert.equal(throttle.mayEvaluate({ address: "198.51.100.1", keyId: "499999" }), false);
  });
});
