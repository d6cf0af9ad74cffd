import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import { limitsOf, type ThrottleOptions } from "./throttle-options.ts";

describe("limitsOf()", () => {
  test("fills in the defaults", () => {
    const limits = limitsOf({ signIn: { network: { attempts: 7, seconds: 60 } }, forgot: { key: { attempts: 1 } } });
    assert.deepEqual(limits.signIn.network, { attempts: 7, seconds: 60 });
    assert.equal(limits.signIn.account.attempts, 5);
    assert.deepEqual(limits.forgot, {
      network: { attempts: 20, seconds: 3600 },
      wideNetwork: { attempts: 200, seconds: 3600 },
      key: { attempts: 1, seconds: 3600 },
    });
    assert.equal(limits.clientAddress, "known");
    assert.equal(limits.maxKeysInMemory, 100_000);
  });

  test("no limit can be switched off or be anything but a number", () => {
    const wrong: readonly unknown[] = [0, -1, 1.5, Number.POSITIVE_INFINITY, Number.NaN, "5", undefined, null, 2_147_484];
    for (const value of wrong) {
      const options = { signIn: { network: { attempts: 5, seconds: value } } } as unknown as ThrottleOptions;
      assert.throws(
        () => limitsOf(options),
        new WrongIdentityOption("Set `throttle.signIn.network.seconds` to a whole number from 1 to 2147483"),
      );
    }
    assert.throws(() => limitsOf({ maxKeysInMemory: 0 }), WrongIdentityOption);
    assert.throws(() => limitsOf({ link: { network: { attempts: Number.POSITIVE_INFINITY, seconds: 1 } } }), WrongIdentityOption);
  });

  test("no default holds anybody longer than an hour", () => {
    const { clientAddress: _known, maxKeysInMemory: _most, ...actions } = limitsOf({});
    for (const [action, places] of Object.entries(actions)) {
      for (const [place, limit] of Object.entries(places) as [string, { seconds: number; maxDelaySeconds?: number }][]) {
        assert.ok((limit.maxDelaySeconds ?? limit.seconds) <= 3600, `${action}.${place}`);
      }
    }
  });

  test("failures are remembered for longer than the longest wait", () => {
    assert.throws(
      () => limitsOf({ signIn: { account: { maxDelaySeconds: 86_400 } } }),
      new WrongIdentityOption("Set `throttle.signIn.account.seconds` to more than its `maxDelaySeconds`"),
    );
    const { account } = limitsOf({ signIn: { account: { maxDelaySeconds: 86_400, seconds: 172_800 } } }).signIn;
    assert.equal(account.maxDelaySeconds, 86_400);
  });

  test("an address is known or unknown", () => {
    assert.equal(limitsOf({ clientAddress: "unknown" }).clientAddress, "unknown");
    assert.throws(
      () => limitsOf({ clientAddress: "none" } as unknown as ThrottleOptions),
      new WrongIdentityOption('Set `throttle.clientAddress` to "unknown", or leave it out'),
    );
  });

  test("refuses an unknown name", () => {
    assert.throws(
      () => limitsOf({ signin: {} } as unknown as ThrottleOptions),
      new WrongIdentityOption(
        "Correct or remove `signin`: `throttle` takes signIn, register, forgot, link, client, password, apiKey, maxKeysInMemory, clientAddress",
      ),
    );
    assert.throws(
      () => limitsOf({ signIn: { ip: { attempts: 5, seconds: 5 } } } as unknown as ThrottleOptions),
      WrongIdentityOption,
    );
    assert.throws(() => limitsOf({ signIn: null } as unknown as ThrottleOptions), WrongIdentityOption);
    assert.throws(
      () => limitsOf({ client: { key: { attempts: 5, seconds: 5 } } } as unknown as ThrottleOptions),
      WrongIdentityOption,
    );
  });
});
