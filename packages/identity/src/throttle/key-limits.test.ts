import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestClock } from "../settings.fixture.ts";
import { type KeyFailure, KeyLimits } from "./key-limits.ts";
import type { ClientAddress } from "./throttle-options.ts";

const limits = {
  network: { attempts: 10, seconds: 60 },
  wideNetwork: { attempts: 25, seconds: 60 },
  key: { attempts: 3, seconds: 60 },
};

function limited(clientAddress: ClientAddress = "known"): { readonly throttle: KeyLimits; readonly clock: TestClock } {
  const clock = new TestClock();
  return { throttle: new KeyLimits(limits, { clock: clock.read, clientAddress }), clock };
}

/** Guesses until it is stopped. Returns how many guesses were counted. */
function guess(throttle: KeyLimits, about: (count: number) => KeyFailure): number {
  for (let count = 0; count < 100; count += 1) {
    const failure = about(count);
    if (failure.keyId !== undefined && !throttle.mayCompare(failure.keyId)) return count;
    if (!throttle.isBelow(failure.address)) return count;
    throttle.failed(failure);
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
    assert.equal(throttle.mayCompare("k"), false);
    assert.equal(throttle.mayCompare("another"), true);
    clock.advance(1);
    assert.equal(
      guess(throttle, (count) => ({ address: `10.1.${count}.1`, keyId: "k" })),
      3,
    );
  });

  test("one address may guess ten times, at however many keys; its neighbours are not limited by that", () => {
    const { throttle } = limited();
    assert.equal(
      guess(throttle, (count) => ({ address: "192.0.2.1", keyId: `k${count}` })),
      10,
    );
    assert.equal(throttle.isBelow("192.0.2.2"), true);
  });

  test("all addresses of a /24, and all networks of a /48, may guess 25 times", () => {
    const { throttle } = limited();
    for (const [address, elsewhere] of [
      [(count: number) => `192.0.2.${count}`, "192.0.3.1"],
      [(count: number) => `2001:db8:0:${count}::1`, "2001:db8:1::1"],
    ] as const) {
      assert.equal(
        guess(throttle, (count) => ({ address: address(count), keyId: `k${count}` })),
        25,
      );
      assert.equal(throttle.isBelow(address(99)), false);
      assert.equal(throttle.isBelow(elsewhere), true);
    }
  });

  test("connections without an address are limited together (L-12)", () => {
    const { throttle } = limited();
    assert.equal(
      guess(throttle, (count) => ({ address: undefined, keyId: `k${count}` })),
      10,
    );
  });

  test("without addresses all clients are one wide network", () => {
    const { throttle } = limited("unknown");
    assert.equal(
      guess(throttle, (count) => ({ address: undefined, keyId: `k${count}` })),
      25,
    );
  });

  test("a clock that is put back does not make the period longer", () => {
    const { throttle, clock } = limited();
    guess(throttle, () => ({ address: undefined, keyId: "k" }));
    clock.advance(-86_400);
    assert.equal(throttle.mayCompare("k"), true);
  });

  test("a million keys and networks are counted in bounded memory, and the newest are among them (D-23)", () => {
    const { throttle } = limited();
    for (let count = 0; count < 500_000; count += 1) {
      throttle.failed({ address: `${count >> 16}.${(count >> 8) & 255}.${count & 255}.1`, keyId: String(count) });
    }
    assert.ok(throttle.size <= 30_000, String(throttle.size));
    for (let more = 0; more < 2; more += 1) throttle.failed({ address: undefined, keyId: "499999" });
    assert.equal(throttle.mayCompare("499999"), false);
  });
});
