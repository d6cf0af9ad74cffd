/** Keys of an issuer in the same process: a store that the tests change, and the clock of the verifiers that read it. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { beforeEach, describe, test } from "node:test";
import { BuildError, Unavailable } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import type { Jwk } from "./jwk.ts";
import type { JwtVerifier } from "./jwt-verifier.ts";
import { unavailable } from "./key-server.fixture.ts";
import type { Jwks } from "./key-set.ts";
import { liveJwks } from "./live-jwks.ts";
import type { LiveJwks, LiveJwksOptions } from "./live-jwks.ts";
import * as f from "./token.fixture.ts";

let published: readonly Jwk[] = [];
let loads = 0;
let clockMs = f.nowMs;
let problems: Error[] = [];
/** What a load waits for, or fails with. */
let before: () => Promise<void> | void = () => {};

const load = async (): Promise<Jwks> => {
  loads += 1;
  const keys = [...published];
  await before();
  return { keys };
};

beforeEach(() => {
  [published, loads, clockMs, problems] = [[f.k1Jwk, f.k2Jwk], 0, f.nowMs, []];
  before = () => {};
});

function live(over: Partial<LiveJwksOptions> = {}): LiveJwks {
  return liveJwks({ load, onProblem: (problem) => problems.push(problem), ...over });
}

const verifier = (keys: LiveJwks): JwtVerifier => f.verifier({ keys, algorithms: ["ES256", "EdDSA"], clock: () => clockMs });

const later = (seconds: number): void => {
  clockMs += seconds * 1000;
};

/** Long-lived tokens: only the keys decide. The same number always has the same token, because ES256 signatures are random. */
const signed = Array.from({ length: 20 }, (_, index) => f.token({}, { exp: f.now + 80_000 + index }));
const byK1 = (index = 0): string => signed[index] ?? "";
const byK2 = (): string => f.compact({ alg: "EdDSA", typ: "at+jwt", kid: "k2" }, f.goodClaims({ exp: f.now + 80_000 }), f.eddsa);

const k3 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const k3Jwk = f.publicJwk(k3.publicKey, { kid: "k3", alg: "ES256" });
const byK3 = (): string => f.compact({ ...f.goodHeader, kid: "k3" }, f.goodClaims(), f.es256(k3.privateKey));

describe("live keys", () => {
  test("are loaded once, with the first token, and serve all others", async () => {
    const by = verifier(live());
    assert.equal(loads, 0);
    await Promise.all(Array.from({ length: 20 }, (_, index) => f.accepted(by, byK1(index))));
    assert.equal(loads, 1);
  });

  test("that were retired are refused once refresh() has resolved, cached tokens too (M-07)", async () => {
    const keys = live();
    const by = verifier(keys);
    await f.accepted(by, byK1());
    await f.accepted(by, byK2());
    published = [f.k2Jwk];
    assert.ok(!(by.verify(new Redacted(byK1())) instanceof Promise), "cached until somebody says that the set changed");
    await keys.refresh();
    assert.equal(await f.refusal(by, byK1()), "unknown key");
    assert.equal(await f.refusal(by, byK1(1)), "unknown key");
    assert.ok(await f.accepted(by, byK2()));
  });

  test("that were retired while a load was under way are gone all the same: another load follows it", async () => {
    const keys = live();
    const by = verifier(keys);
    await f.accepted(by, byK1());
    const slow = Promise.withResolvers<void>();
    before = () => slow.promise;
    later(61);
    // The set is old: the token passes and a load begins, which still sees K1.
    assert.ok(!(by.verify(new Redacted(byK1())) instanceof Promise));
    assert.equal(loads, 2);
    published = [f.k2Jwk];
    const refreshed = Promise.all([keys.refresh(), keys.refresh(), keys.refresh()]);
    before = () => {};
    slow.resolve();
    await refreshed;
    assert.equal(await f.refusal(by, byK1()), "unknown key");
    assert.equal(loads, 3, "refreshes that wait together share one load");
    await keys.refresh();
    assert.equal(loads, 4);
  });

  test("are refreshed for every verifier that uses them", async () => {
    const keys = live();
    const all = [verifier(keys), verifier(keys)];
    for (const by of all) await f.accepted(by, byK1());
    published = [f.k2Jwk];
    await keys.refresh();
    for (const by of all) assert.equal(await f.refusal(by, byK1()), "unknown key");
  });

  test("stay as they were where refresh() fails, and say so", async () => {
    const keys = live();
    const by = verifier(keys);
    await f.accepted(by, byK1());
    before = () => {
      throw new Error("no database");
    };
    await assert.rejects(keys.refresh(), (error) => error instanceof Unavailable && String(error.cause).includes("no database"));
    assert.ok(await f.accepted(by, byK1(1)));
    assert.equal(problems.length, 1);
    before = () => {};
    await keys.refresh();
  });

  test("of a set without a usable key are refused, and the last good set stays (J-54)", async () => {
    const keys = live();
    const by = verifier(keys);
    await f.accepted(by, byK1());
    const bad: (readonly Jwk[])[] = [
      [{ ...f.k1Jwk, d: "AAAA" }],
      [{ kty: "oct", kid: "s", k: "AAAA" }],
      [f.k1Jwk, { ...f.k1Jwk, kid: "other", d: "AAAA" }],
      [],
    ];
    for (const set of bad) {
      published = set;
      await assert.rejects(keys.refresh(), (error) => error instanceof BuildError && error.code === "wrong_key");
      assert.ok(await f.accepted(by, byK1()));
    }
    assert.equal(problems.length, bad.length);
  });

  test("are loaded at most once in a cooldown, whatever the flood of unknown kids (J-11)", async () => {
    const by = verifier(live());
    await f.accepted(by, byK1());
    const flood = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => f.refusal(by, f.token({ kid: `x${index}` }))));
    await flood(50);
    assert.equal(loads, 1);
    later(1);
    assert.deepEqual(new Set(await flood(200)), new Set(["unknown key"]));
    assert.equal(loads, 2);
  });

  test("include a new key as soon as a token names it and the cooldown of a second is over (M-06)", async () => {
    const by = verifier(live());
    await f.accepted(by, byK1());
    published = [f.k1Jwk, k3Jwk];
    assert.equal(await f.refusal(by, byK3()), "unknown key");
    later(1);
    assert.ok(await f.accepted(by, byK3()));
  });

  test("include a new key at once after refresh(), and keep the cached tokens", async () => {
    const keys = live();
    const by = verifier(keys);
    const claims = await f.accepted(by, byK1());
    published = [f.k1Jwk, f.k2Jwk, k3Jwk];
    await keys.refresh();
    assert.ok(await f.accepted(by, byK3()));
    assert.equal(by.verify(new Redacted(byK1())), claims);
  });

  test("are loaded again in the background after a minute", async () => {
    const by = verifier(live());
    await f.accepted(by, byK1());
    published = [f.k2Jwk];
    later(59);
    assert.ok(await f.accepted(by, byK1()));
    assert.equal(loads, 1);
    later(1);
    assert.ok(!(by.verify(new Redacted(byK1())) instanceof Promise));
    assert.equal(loads, 2, "it has begun");
    await by.ready();
    assert.equal(await f.refusal(by, byK1()), "unknown key");
  });

  test("stay as they were while loading fails, up to a bound, and come back", async () => {
    const by = verifier(live({ maxStaleSeconds: 600 }));
    await f.accepted(by, byK1());
    before = () => Promise.reject(new Error("no database"));
    for (let time = 0; time < 5; time += 1) {
      later(119);
      assert.ok(await f.accepted(by, byK1()));
    }
    later(6);
    await unavailable(by, byK1());
    before = () => {};
    later(1);
    assert.ok(await f.accepted(by, byK1()));
  });

  test("are unavailable, not invalid, if loading takes too long; a late set is not used", async () => {
    const slow = Promise.withResolvers<void>();
    before = () => slow.promise;
    const by = verifier(live({ timeoutMs: 20 }));
    await unavailable(by, byK1());
    assert.match(String(problems[0]?.message), /took too long/);
    before = () => {};
    slow.resolve();
    await unavailable(by, byK1());
    later(1);
    assert.ok(await f.accepted(by, byK1()));
  });

  test("need a function, and times that make sense", () => {
    assert.throws(() => live({ load: undefined as never }), { code: "wrong_option" });
    for (const times of [
      { cooldownSeconds: 0 },
      { maxAgeSeconds: 0.5 },
      { maxStaleSeconds: 10 },
      { maxStaleSeconds: Number.POSITIVE_INFINITY },
      { cooldownSeconds: Number.NaN },
      { timeoutMs: 0 },
      { timeoutMs: 60_000 },
    ]) {
      assert.throws(() => live(times), { code: "wrong_option" }, JSON.stringify(times));
    }
  });
});
