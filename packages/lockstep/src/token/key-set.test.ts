/** Attacks on sets of keys: which keys are ignored, which sets are refused, and which key a token finds. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { publicKeyAlgorithms } from "./algorithm.ts";
import type { Jwk } from "./jwk.ts";
import { jwks } from "./jwks.ts";
import { readEachKey, readKeySet } from "./key-set.ts";
import { read, refused } from "./read-key.fixture.ts";
import * as f from "./token.fixture.ts";

describe("a set of keys (J-54)", () => {
  const sets = (keys: unknown): unknown => jwks({ keys } as { keys: Jwk[] });
  const oct = { kty: "oct", kid: "s", alg: "HS256", k: Buffer.alloc(32, 7).toString("base64url") };

  /** Which keys of a set count beside a good one, and the reports about the others. */
  const beside = (...others: readonly unknown[]): { kids: unknown[]; reports: string[] } => {
    const { keys, ignored } = readKeySet({ keys: [f.k1Jwk, ...others] }, "public", { algorithms: publicKeyAlgorithms });
    return { kids: keys.map(({ kid }) => kid), reports: ignored.map(({ message }) => message) };
  };

  test("stays good when one of its keys must not be used: that one is ignored and reported (RFC 7517 §5)", () => {
    const bad: readonly (readonly [unknown, RegExp])[] = [
      [{ ...f.krJwk, e: "Aw" }, /^Key "kr" of the set is ignored\. An RSA exponent/],
      [{ kty: "RSA", kid: "x", alg: "RS256", e: "AQAB" }, /^Key "x" .*RSA/],
      [{ ...f.k2Jwk, x: "AAAA" }, /^Key "k2" .*32 bytes/],
      [{ ...f.k2Jwk, alg: "ES256" }, /^Key "k2" .*contradicts/],
      [oct, /^Key "s" .*hmacSecret/],
      [{ ...f.k2Jwk, kid: 7 }, /^Key 2 .*`kid` must be text/],
      [{ ...f.k2Jwk, kid: "a\nb", x: "" }, /^Key 2 /],
      [{ ...f.k2Jwk, d: "AAAA" }, /^Key "k2" .*private/],
      ...[null, "x", 1, []].map((each) => [each, /^Key 2 .*not an object/] as const),
    ];
    for (const [key, message] of bad) {
      const { kids, reports } = beside(key);
      assert.deepEqual([kids, reports.length], [["k1"], 1], JSON.stringify(key));
      assert.match(reports[0] ?? "", message);
    }
    // A key that is for something else is nothing to report.
    assert.deepEqual(beside({ ...f.krJwk, use: "enc" }, { kty: "AKP", kid: "p", alg: "ML-DSA-44" }), { kids: ["k1"], reports: [] });
    assert.deepEqual(beside(f.k2Jwk), { kids: ["k1", "k2"], reports: [] });
  });

  test("does not use a key whose private half it shows, under any name", () => {
    const twin = { ...f.k2Jwk, kid: "twin" };
    assert.deepEqual(beside(twin).kids, ["k1", "twin"]);
    assert.deepEqual(beside(twin, { ...f.k2Jwk, d: "AAAA" }).kids, ["k1"]);
  });

  test("is refused at hand when it holds private members, and everywhere when no key is left", () => {
    assert.ok(sets([f.k1Jwk]));
    refused("wrong_key", /private/, () => sets([f.k1.privateKey.export({ format: "jwk" })]));
    for (const name of ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"]) {
      refused("wrong_key", /private/, () => sets([f.k2Jwk, { ...f.k1Jwk, [name]: "AA" }]));
    }
    refused("wrong_key", /secret/, () => read(oct));
    refused("wrong_key", /No key of the set .*exponent/, () =>
      readKeySet({ keys: [oct, { ...f.krJwk, e: "Aw" }] }, "public", { algorithms: ["RS256"] }),
    );
    refused("wrong_key", /apart: a set of secrets/, () =>
      readKeySet({ keys: [oct, f.k1Jwk] }, "secret", { algorithms: ["HS256"] }),
    );
  });

  test("may have one kid for keys that differ in alg, use or type (RFC 7517 §4.5)", () => {
    const others = [
      { ...f.krJwk, kid: "k1" },
      { ...f.krJwk, kid: "k1", alg: "PS256" },
      { ...f.k2Jwk, kid: "k1" },
    ];
    const rules = { algorithms: ["ES256", "RS256", "PS256", "EdDSA"] } as const;
    const set = readKeySet({ keys: [f.k1Jwk, ...others, { ...f.krJwk, kid: "k1", use: "enc" }] }, "public", rules);
    for (const alg of rules.algorithms) assert.equal(set.find({ kid: "k1", alg })?.alg, alg);
    assert.deepEqual(set.ignored, []);
    assert.equal(set.find({ kid: "k1", alg: "RS512" }), undefined);
    // The same key twice is one key.
    assert.deepEqual(beside(f.k1Jwk, f.k2Jwk, { ...f.k2Jwk, alg: "Ed25519" }), { kids: ["k1", "k2"], reports: [] });
  });

  test("ignores both of two keys that a token could mean, and reports them", () => {
    const other = f.publicJwk(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey, { kid: "k1" });
    const { kids, reports } = beside(other, f.k2Jwk);
    assert.deepEqual(kids, ["k2"]);
    assert.match(reports.join(), /^Key "k1" of the set is ignored\. Give each key of the set a `kid` of its own/);
    const { kid: _kid, ...nameless } = other;
    assert.deepEqual(beside(nameless).kids, ["k1", undefined]);
    assert.deepEqual(beside(nameless, { ...f.k1Jwk, kid: undefined }).kids, ["k1"]);
    refused("wrong_key", /a `kid` of its own/, () => readKeySet({ keys: [f.k1Jwk, other] }, "public", { algorithms: ["ES256"] }));
  });

  test("finds a key by kid, then by alg; a key without kid may be any token's (J-12)", () => {
    const { kid: _kid, ...nameless } = f.k2Jwk;
    const set = readKeySet({ keys: [f.k1Jwk, nameless, f.krJwk] }, "public", { algorithms: publicKeyAlgorithms });
    assert.equal(set.find({ kid: undefined, alg: "ES256" })?.kid, "k1");
    assert.equal(set.find({ kid: "x", alg: "EdDSA" })?.alg, "EdDSA");
    assert.equal(set.find({ kid: "x", alg: "ES256" }), undefined);
    assert.equal(set.find({ kid: "k1", alg: "RS256" }), undefined);
    assert.equal(set.find({ kid: "k1", alg: "EdDSA" }), undefined);
  });

  test("reports to the listener of jwks(), or to standard error", (t) => {
    const told: string[] = [];
    const lines = t.mock.method(console, "error", () => {});
    const keys = { keys: [f.k1Jwk, { ...f.krJwk, e: "Aw" }] };
    f.verifier({ keys: jwks(keys, { onProblem: ({ message }) => void told.push(message) }) });
    assert.equal(lines.mock.callCount(), 0);
    f.verifier({ keys: jwks(keys) });
    assert.deepEqual([told, lines.mock.calls[0]?.arguments], [[told[0]], [told[0]]]);
    assert.match(told[0] ?? "", /"kr"/);
  });

  test("is refused if it is not a set, empty, or has more than 100 keys", () => {
    for (const keys of [undefined, null, {}, "x", []]) refused("wrong_key", /1 to 100/, () => sets(keys));
    for (const key of [null, "x", 1, []]) refused("wrong_key", /not an object/, () => read(key));
    const many = (count: number): readonly Jwk[] => Array.from({ length: count }, (_, index) => ({ ...f.k1Jwk, kid: `k${index}` }));
    assert.ok(sets(many(100)));
    refused("wrong_key", /1 to 100/, () => sets(many(10_000)));
    for (const kid of [1, "", {}]) refused("wrong_key", /kid/, () => read({ ...f.k1Jwk, kid }));
  });

  test("is read once: changing the object afterwards changes nothing", async () => {
    const key = { ...f.k1Jwk };
    const keys = jwks({ keys: [key] });
    Object.assign(key, { kid: "other", x: f.k2Jwk.x });
    assert.ok(await f.accepted(f.verifier({ keys, algorithms: ["ES256"] }), f.token()));
  });

  test("belongs to one issuer: another's key of the same name verifies nothing (J-58)", async () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const second = f.verifier({
      issuer: "https://b.test",
      keys: jwks({ keys: [f.publicJwk(other.publicKey, { kid: "k1", alg: "ES256" })] }),
      algorithms: ["ES256"],
    });
    const own = f.compact(f.goodHeader, f.goodClaims({ iss: "https://b.test" }), f.es256(other.privateKey));
    assert.ok(await f.accepted(second, own));
    assert.equal(
      await f.refusal(second, f.compact(f.goodHeader, f.goodClaims({ iss: "https://b.test" }))),
      "the signature does not verify",
    );
    await f.refusal(f.verifier(), own);
  });
});

test("each key of a set has one reading: usable, for something else, ignored with the reason, or there before", () => {
  const published = { ...f.publicJwk(f.k2.publicKey, { kid: "p", alg: "EdDSA" }), d: "AAAA" };
  const set = {
    keys: [f.krJwk, f.k1Jwk, f.k1Jwk, { ...f.krJwk, kid: "e", use: "enc" }, published, f.k2Jwk, { ...f.krJwk, kid: "w", e: "AQ" }],
  };
  const rules = { algorithms: publicKeyAlgorithms };
  const each = readEachKey(set, rules);
  assert.deepEqual(
    each.map((one) => Object.keys(one)),
    [["key"], ["key"], ["repeated"], ["unused"], ["ignored"], ["ignored"], ["ignored"]],
  );
  const { keys, ignored } = readKeySet(set, "public", rules);
  assert.deepEqual(
    each.flatMap((one) => ("key" in one ? [one.key.kid] : [])),
    keys.map(({ kid }) => kid),
  );
  assert.equal(ignored.length, 2);
  const other = { ...f.publicJwk(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey, { kid: "k1", alg: "ES256" }) };
  const namesakes = readEachKey({ keys: [f.k1Jwk, other, f.krJwk] }, rules);
  assert.deepEqual(
    namesakes.map((one) => Object.keys(one)),
    [["ignored"], ["ignored"], ["key"]],
  );
});
