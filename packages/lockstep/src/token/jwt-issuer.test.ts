/** Issuing: tokens that the verifier of the same folder accepts, and private keys that nobody sees. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { calculateJwkThumbprint } from "jose/jwk/thumbprint";
import type { PublicKeyAlgorithm } from "./algorithm.ts";
import { hmacSecret } from "./hmac-secret.ts";
import { jwks } from "./jwks.ts";
import { jwtIssuer } from "./jwt-issuer.ts";
import type { JwtIssuer, JwtIssuerOptions } from "./jwt-issuer.ts";
import { generateSigningKey, publicJwks, signingKey } from "./signing-key.ts";
import * as f from "./token.fixture.ts";

const privateJwk = await generateSigningKey("ES256");
const key = signingKey(privateJwk);
const issuerOf = (over: Partial<JwtIssuerOptions> = {}): JwtIssuer =>
  jwtIssuer({ issuer: f.issuer, audience: f.audience, key, lifetimeSeconds: 600, typ: "at+jwt", clock: () => f.nowMs, ...over });

describe("jwtIssuer", () => {
  test("issues RFC 9068 tokens that its public keys verify, with every kind of key", async () => {
    for (const alg of ["ES256", "EdDSA", "RS256", "PS256", "ES384", "ES512", "Ed25519"] satisfies PublicKeyAlgorithm[]) {
      const signing = signingKey(await generateSigningKey(alg));
      const text = await issuerOf({ key: signing }).issue({
        sub: "alice",
        client_id: "web",
        scope: "notes:read",
        sid: "s1",
        rev: 7,
      });
      const claims = await f.accepted(f.verifier({ keys: jwks(publicJwks([signing])), algorithms: [alg] }), text);
      const { jti, ...others } = claims;
      assert.match(String(jti), /^[0-9a-f-]{36}$/);
      assert.deepEqual(
        { ...others },
        {
          iss: f.issuer,
          aud: f.audience,
          sub: "alice",
          client_id: "web",
          scope: "notes:read",
          sid: "s1",
          rev: 7,
          iat: f.now,
          exp: f.now + 600,
        },
      );
      const header = JSON.parse(Buffer.from(text.split(".")[0] ?? "", "base64url").toString());
      assert.deepEqual(header, { alg, typ: "at+jwt", kid: signing.kid });
    }
  });

  test("issues with a shared secret that names its algorithm", async () => {
    const secret = hmacSecret(randomBytes(64), { kid: "s", alg: "HS256" });
    const text = await issuerOf({ key: secret }).issue({ sub: "alice" });
    assert.equal((await f.accepted(f.verifier({ keys: secret, algorithms: ["HS256"] }), text)).sub, "alice");
    assert.throws(() => issuerOf({ key: hmacSecret(randomBytes(32)) }), { code: "wrong_option" });
    assert.throws(() => issuerOf({ key: hmacSecret(randomBytes(32), { alg: "HS512" }) }), { code: "weak_key" });
  });

  test("gives every token an identity of its own, or the one it is told", async () => {
    const tokens = issuerOf();
    const by = f.verifier({ keys: jwks(publicJwks([key])), algorithms: ["ES256"] });
    const [one, two] = await Promise.all([tokens.issue({ sub: "a" }), tokens.issue({ sub: "a" })]);
    assert.notEqual((await f.accepted(by, one)).jti, (await f.accepted(by, two)).jti);
    assert.equal((await f.accepted(by, await tokens.issue({ sub: "a", jti: "mine" }))).jti, "mine");
  });

  test("has no default where it matters", () => {
    for (const name of ["issuer", "audience", "key", "lifetimeSeconds", "typ"]) {
      for (const value of [undefined, null, "", 0, -1])
        assert.throws(() => issuerOf({ [name]: value }), { code: "wrong_option" }, name);
    }
    for (const lifetimeSeconds of [0.5, 86_401, Number.NaN])
      assert.throws(() => issuerOf({ lifetimeSeconds }), { code: "wrong_option" });
    assert.throws(() => issuerOf({ key: privateJwk } as never), { code: "wrong_option" });
  });

  test("refuses claims that are the issuer's own, or that its verifier would refuse", async () => {
    const wrong: readonly Readonly<Record<string, unknown>>[] = [
      { iss: "x" },
      { aud: "x" },
      { exp: 1 },
      { iat: 1 },
      { nbf: 1 },
      { sub: "" },
      { sub: 1 },
      { scope: "a  b" },
      { scope: ["a"] },
      { client_id: 1 },
      { jti: 1 },
      { sid: 1 },
      ...["sub", "client_id", "sid", "jti"].flatMap((name) =>
        ["", " a", "a ", "a\u0000b", "a\nb", "\u202ea", "a\u200bb", "\ud800", "a".repeat(256)].map((text) => ({ [name]: text })),
      ),
    ];
    for (const claims of wrong) await assert.rejects(issuerOf().issue({ sub: "alice", ...claims }), { code: "wrong_option" });
    const names = { sub: "Zoë a", client_id: "https://app.test/c", sid: "a".repeat(255), jti: "アリス" };
    const by = f.verifier({ keys: jwks(publicJwks([key])), algorithms: ["ES256"] });
    const { sub, client_id, sid, jti } = await f.accepted(by, await issuerOf().issue(names));
    assert.deepEqual({ sub, client_id, sid, jti }, names);
  });
});

describe("signing keys", () => {
  test("are named by their RFC 7638 thumbprint", async () => {
    const { kty, crv, x, y } = privateJwk;
    assert.ok(crv && x && y);
    assert.equal(privateJwk.kid, await calculateJwkThumbprint({ kty, crv, x, y }));
    assert.notEqual((await generateSigningKey("ES256")).kid, privateJwk.kid);
    await assert.rejects(generateSigningKey("HS256" as never), { code: "wrong_option" });
  });

  test("are published without their private half (M-08)", async () => {
    const rsa = await generateSigningKey("RS256");
    const published = publicJwks([key, signingKey(rsa)]);
    const text = JSON.stringify(published);
    for (const name of ["d", "p", "q", "dp", "dq", "qi"]) assert.ok(!published.keys.some((each) => name in each));
    for (const jwk of [privateJwk, rsa]) assert.ok(!text.includes(String(jwk["d"])));
    assert.deepEqual(
      published.keys.map(({ kid, alg, use }) => [kid, alg, use]),
      [
        [key.kid, "ES256", "sig"],
        [rsa.kid, "RS256", "sig"],
      ],
    );
    assert.throws(() => publicJwks([key, key]), { code: "wrong_key" });
  });

  test("show nothing private when they, or an issuer with them, are printed or serialised (M-08)", () => {
    const d = String(privateJwk["d"]);
    for (const value of [key, issuerOf(), { config: { key } }]) {
      for (const shown of [inspect(value, { depth: 9, showHidden: true }), JSON.stringify(value)]) assert.ok(!shown.includes(d));
    }
    assert.deepEqual(JSON.parse(JSON.stringify(key)), { kid: privateJwk.kid, alg: "ES256" });
  });

  test("are refused without kid, alg or private members, and when they are weak", async () => {
    const { kid: _kid, ...noKid } = privateJwk;
    const { alg: _alg, ...noAlg } = privateJwk;
    const { d: _d, ...noPrivate } = { d: "", ...privateJwk };
    for (const jwk of [noKid, noAlg, noPrivate, { ...privateJwk, x: privateJwk.y }, { ...privateJwk, crv: "P-384" }]) {
      assert.throws(() => signingKey(jwk as never), { code: "wrong_key" });
    }
    const rsa = await generateSigningKey("RS256");
    assert.throws(() => signingKey({ ...rsa, e: "Aw" }), { code: "weak_key" });
    assert.ok(signingKey({ ...privateJwk, key_ops: ["sign"], ext: true }));
  });

  test("that contradict themselves fail at the first token, not silently", async () => {
    const other = await generateSigningKey("ES256");
    const mixed = signingKey({ ...privateJwk, d: other["d"] });
    await assert.rejects(issuerOf({ key: mixed }).issue({ sub: "alice" }), { code: "wrong_key" });
  });
});
