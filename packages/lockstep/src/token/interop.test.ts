/**
 * The other options for issuers that do not follow RFC 9068: each accepts its tokens, and refuses those that are nearly right.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { opens, passes, refused, wrong, type Over } from "./interop.fixture.ts";
import * as f from "./token.fixture.ts";

describe("typ", () => {
  test("may be one of several, or absent beside them", async () => {
    const options: Over = { typ: ["at+jwt", { absent: true }] };
    await passes(options, {}, { typ: "application/at+jwt" });
    for (const typ of [undefined, null]) await opens("typ", options, {}, { typ });
    for (const typ of ["JWT", "logout+jwt", "id_token"]) assert.match(await refused(options, {}, { typ }), /^another type/);
    for (const typ of ["", 1, ["at+jwt"]]) assert.equal(await refused(options, {}, { typ }), "typ is not a text");
  });

  test("is checked when the verifier is built", () => {
    for (const typ of [[{ absent: false }], [{}], ["at+jwt", ""], [undefined], [["at+jwt"]]]) wrong({ typ }, /`typ`/);
  });
});

describe("ignoredHeaders", () => {
  test("ignores jku and x5u in the header without following them, and no other member (J-14, J-15)", async () => {
    const options: Over = { ignoredHeaders: ["jku", "x5u"] };
    for (const name of ["jku", "x5u"]) await opens("ignoredHeaders", options, {}, { [name]: "https://127.0.0.1:1/keys" });
    for (const [name, value] of Object.entries({ jwk: f.k1Jwk, x5c: ["MIIB"], crit: ["jku"], b64: false, zip: "DEF" }))
      assert.equal(await refused(options, {}, { jku: "https://a.test", [name]: value }), `the header holds ${name}`);
    assert.match(await refused({ ignoredHeaders: ["jku"] }, {}, { x5u: "https://a.test" }), /^the header holds x5u/);
  });

  test("does not change which key verifies: the one that a jku leads to is never looked at", async () => {
    const by = f.verifier({ ignoredHeaders: ["jku"] });
    const jku = "https://evil.test/keys";
    assert.ok(await f.accepted(by, f.token({ jku })));
    const forged = f.compact({ ...f.goodHeader, jku, kid: "evil", alg: "EdDSA" }, f.goodClaims(), f.eddsa);
    assert.equal(await f.refusal(by, forged), "unknown key");
  });

  test("is checked when the verifier is built", () => {
    for (const ignoredHeaders of [["jwk"], ["x5c"], ["crit"], [], ["jku", "JKU"], [1], {}])
      wrong({ ignoredHeaders }, /ignoredHeaders/);
  });
});

describe("withoutIssuer", () => {
  const issuer = "spiffe://prod.example";
  const id = `${issuer}/ns/prod/sa/billing`;
  const options: Over = {
    issuer,
    audience: "notes",
    typ: ["JWT", { absent: true }],
    iat: "optional",
    withoutIssuer: "trust-domain",
  };
  /** The claims of a JWT-SVID as SPIRE writes them without `jwt_issuer`: these three and no other. */
  const svid = { sub: id, aud: ["notes"], exp: f.now + 300 };
  const tokenOf = (claims: object, header: object = { typ: "JWT" }) => f.compact({ alg: "ES256", kid: "k1", ...header }, claims);

  test("a JWT-SVID without iss is of its trust domain, and is refused unless the option says so (SPIFFE JWT-SVID §3)", async () => {
    for (const header of [{ typ: "JWT" }, {}]) {
      const claims = await f.accepted(f.verifier(options), tokenOf(svid, header));
      assert.deepEqual([claims.iss, claims.sub, claims.aud], [issuer, id, ["notes"]]);
      const { withoutIssuer: _, ...strict } = options;
      assert.equal(await f.refusal(f.verifier(strict), tokenOf(svid, header)), "no issuer (see the option withoutIssuer)");
    }
    for (const iss of [null, [], issuer])
      assert.equal((await f.accepted(f.verifier(options), tokenOf({ ...svid, iss }))).iss, issuer);
  });

  test("a token of another trust domain, or with another iss, is refused", async () => {
    const by = f.verifier(options);
    for (const sub of [
      "spiffe://prod.example.evil/a",
      "spiffe://prod.exampl/a",
      "spiffe://PROD.example/a",
      issuer,
      "billing",
      "",
      1,
    ])
      assert.notEqual(await f.refusal(by, tokenOf({ ...svid, sub })), "", String(sub));
    assert.equal(await f.refusal(by, tokenOf({ ...svid, sub: "spiffe://other.example/a" })), "another trust domain");
    assert.equal(await f.refusal(by, tokenOf({ aud: svid.aud, exp: svid.exp })), "another trust domain");
    for (const iss of ["https://as.test", "", `${issuer}/`, 1, [issuer]])
      assert.equal(await f.refusal(by, tokenOf({ ...svid, iss })), "another issuer", String(iss));
    const [header, payload] = tokenOf(svid).split(".");
    assert.equal(await f.refusal(by, `${header}.${payload}.${"A".repeat(86)}`), "the signature does not verify");
    assert.equal(await f.refusal(by, tokenOf({ ...svid, aud: "bills" })), "another audience");
    assert.ok(await f.accepted(by, tokenOf(svid)));
  });

  test("is checked when the verifier is built", () => {
    for (const withoutIssuer of ["", true, null, "accept", {}]) wrong({ ...options, withoutIssuer }, /`withoutIssuer`/);
    for (const name of ["https://as.test", "spiffe://", "spiffe://prod.example/", "spiffe://Prod.example", "prod.example"])
      wrong({ ...options, issuer: name }, /Set `issuer` to the trust domain/);
  });
});

describe("iat", () => {
  const options: Over = { iat: "optional", maxLifetimeSeconds: 600 };

  test("may be absent: the token then ends within the longest lifetime, and counts as issued as early as it can have been", async () => {
    const claims = await opens("iat", options, { iat: undefined, exp: f.now + 300 });
    assert.equal(claims.iat, f.now - 300);
    await passes(options, { iat: null, exp: f.now + 605 });
    assert.match(await refused(options, { iat: undefined, exp: f.now + 606 }), /^the lifetime is too long .*maxLifetimeSeconds/);
    assert.equal(await refused(options, { iat: undefined, exp: undefined }), "exp is not a time");
    assert.equal(await refused(options, { iat: undefined, exp: f.now - 6 }), "expired");
  });

  test("is checked as ever where it is there", async () => {
    assert.match(await refused(options, { iat: f.now - 400, exp: f.now + 300 }), /^the lifetime is too long/);
    for (const iat of ["x", -1, {}]) assert.equal(await refused(options, { iat }), "iat is not a time");
    assert.equal(await refused(options, { iat: f.now + 100 }), "issued in the future");
    wrong({ iat: "absent" }, /`iat`/);
  });
});

describe("requiredClaims", () => {
  test("are exact texts under exact names", async () => {
    const options: Over = { requiredClaims: { token_use: "access", "https://a.test/tenant": ["t1", "t2"] } };
    const right = { token_use: "access", "https://a.test/tenant": "t2" };
    await passes(options, right);
    for (const token_use of ["id", "Access", "access ", undefined, null, ["access"], true])
      await refused(options, { ...right, token_use });
    assert.match(
      await refused(options, { ...right, "https://a.test/tenant": "t3" }),
      /^the claim https:\/\/a.test\/tenant is another/,
    );
    await refused({ requiredClaims: { "a.b": "c" } }, { a: { b: "c" } });
    await refused({ requiredClaims: { constructor: "c", toString: "d" } }, {});
    for (const requiredClaims of [{ a: 1 }, { a: [] }, { a: "" }, [], "a", null]) wrong({ requiredClaims }, /requiredClaims/);
  });
});

describe("keysWithoutAlg and keyUse", () => {
  test("are checked when the verifier is built", () => {
    const algorithms = ["RS256", "PS256", "ES256"];
    for (const keysWithoutAlg of [["RS256", "PS256"], ["RS512"], [], ["none"], ["HS256"], "RS256"])
      wrong({ algorithms, keysWithoutAlg }, /keysWithoutAlg|algorithms/);
    assert.ok(f.verifier({ algorithms: ["RS256", "PS256", "ES256"], keysWithoutAlg: ["RS256", "ES256"] }));
    for (const keyUse of ["enc", "x509-svid", "", null]) wrong({ keyUse }, /keyUse/);
  });
});

test("no option lets a token pass without its signature, its issuer or an expiry", async () => {
  const everything: Over = {
    audience: { absent: "all options at once" },
    typ: ["at+jwt", "JWT", { absent: true }],
    ignoredHeaders: ["jku", "x5u"],
    scopeClaim: { name: "scp", list: true },
    withoutSubject: { claim: "azp", prefix: "client:" },
    authorizedParties: ["web", { absent: true }],
    iat: "optional",
    maxLifetimeSeconds: 1e9,
    maxTokenBytes: 1e6,
  };
  const by = f.verifier(everything);
  const loose = { aud: undefined, sub: undefined, iat: undefined, scope: undefined, scp: ["a"], azp: "web" };
  const sent = f.token({ typ: undefined, jku: "https://a.test" }, loose);
  assert.ok(await f.accepted(by, sent));
  const [header, payload] = sent.split(".");
  assert.equal(await f.refusal(by, `${header}.${payload}.${"A".repeat(86)}`), "the signature does not verify");
  assert.equal(await f.refusal(by, f.token({}, { ...loose, iss: undefined })), "no issuer (see the option withoutIssuer)");
  for (const exp of [undefined, null, []]) assert.equal(await f.refusal(by, f.token({}, { ...loose, exp })), "exp is not a time");
  assert.equal(await f.refusal(by, f.token({}, { ...loose, exp: f.now - 5 })), "expired");
  assert.equal(await f.refusal(by, f.token({ alg: "none" }, loose)), "the algorithm is not allowed");
});
