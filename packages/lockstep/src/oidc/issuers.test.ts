/** Several issuers on one route: the token chooses, and each verifier decides for itself. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { authenticate } from "../access/authenticate.ts";
import { createApi } from "../api/api.ts";
import { get } from "../route/route.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import type { JwtVerifier } from "../token/jwt-verifier.ts";
import * as f from "../token/token.fixture.ts";
import { issuers } from "./issuers.ts";
import { oidc } from "./oidc.ts";
import { accepted, client, json, refusal, TestIssuer, unavailable } from "./test-issuer.fixture.ts";

const one = new TestIssuer();
const two = new TestIssuer();
const introspection = client;
/** The key of the second issuer, which calls it like the first one calls its own. */
const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
const otherKeys = json({ keys: [f.publicJwk(other.publicKey, { kid: "k1", alg: "ES256" })] });
const signedByOther = (claims: object): string => f.compact(f.goodHeader, f.goodClaims({ ...claims }), f.es256(other.privateKey));

const both = (): JwtVerifier => {
  two.answers["/keys"] = otherKeys;
  return issuers([oidc(one.options), oidc(two.options)]);
};

describe("several issuers", () => {
  test("each decide about their own tokens, with their own keys, although the keys have one name (J-58)", async () => {
    const by = both();
    assert.equal((await accepted(by, one.jwt())).iss, one.issuer);
    assert.equal((await accepted(by, signedByOther({ iss: two.issuer }))).iss, two.issuer);
    assert.equal(await refusal(by, signedByOther({ iss: one.issuer })), "the signature does not verify");
    assert.equal(await refusal(by, one.jwt({ iss: two.issuer })), "the signature does not verify");
    assert.equal(by.issuer, `${one.issuer} ${two.issuer}`);
  });

  test("have rules of their own", async () => {
    two.answers["/keys"] = otherKeys;
    const by = issuers([oidc(one.options), oidc({ ...two.options, audience: "https://partner.test", typ: "JWT" })]);
    const partner = { iss: two.issuer, aud: "https://partner.test" };
    const jwt = f.compact({ ...f.goodHeader, typ: "JWT" }, f.goodClaims(partner), f.es256(other.privateKey));
    assert.ok(await accepted(by, jwt));
    assert.equal(await refusal(by, one.jwt({ aud: "https://partner.test" })), "another audience");
    assert.equal(await refusal(by, signedByOther({ iss: two.issuer })), "another type of token (see the option typ)");
  });

  test("fetch nothing for a token whose issuer is another one or cannot be read (R-21)", async () => {
    const by = both();
    const issuer = one.issuer;
    const claims = JSON.stringify(f.goodClaims({ iss: issuer }));
    const strangers = [
      one.jwt({ iss: "https://evil.test" }),
      one.jwt({ iss: `${issuer}/` }),
      one.jwt({ iss: issuer.toUpperCase() }),
      one.jwt({ iss: [issuer] }),
      one.jwt({ iss: undefined }),
      one.jwt({ iss: null }),
      one.jwt({ iss: "constructor" }),
      f.compact(f.goodHeader, claims.replace("{", `{"iss":"https://evil.test",`)),
      f.compact(f.goodHeader, `${claims} `.replace("{", "{,")),
      f.compact(f.goodHeader, `[${claims}]`),
      f.compact(f.goodHeader, Buffer.from([0xff])),
      `${one.jwt()}.x`,
      one.jwt().replace(".", ".="),
      "opaque-1",
      "",
    ];
    for (const text of strangers) await refusal(by, text);
    assert.deepEqual([one.paths, two.paths], [[], []]);
    assert.ok(await accepted(by, one.jwt()));
    assert.deepEqual(two.paths, []);
  });

  test("do not depend on each other: one may be down", async () => {
    const by = both();
    two.answers = {};
    assert.ok(await accepted(by, one.jwt()));
    await unavailable(by, signedByOther({ iss: two.issuer }));
    await assert.rejects(by.ready(), { code: "unavailable" });
  });

  test("may be of any kind of verifier, and nested", async () => {
    const by = issuers([issuers([oidc(one.options)]), f.verifier()]);
    assert.ok(await accepted(by, one.jwt()));
    assert.ok(await accepted(by, f.token()));
    assert.equal(await refusal(by, f.token({}, { iss: "https://evil.test" })), "another issuer");
  });

  test("choose the verifier of a trust domain by sub if a token has no iss (SPIFFE)", async () => {
    const options = { typ: "JWT", iat: "optional", withoutIssuer: "trust-domain" } as const;
    const ofDomain = (issuer: string) => f.verifier({ ...options, issuer });
    const by = issuers([oidc(one.options), ofDomain("spiffe://prod.example"), ofDomain("spiffe://test.example")]);
    const svid = (sub: string, more: object = {}) =>
      f.compact({ alg: "ES256", kid: "k1", typ: "JWT" }, { sub, aud: f.audience, exp: f.now + 300, ...more });
    assert.equal((await accepted(by, svid("spiffe://prod.example/a"))).iss, "spiffe://prod.example");
    assert.equal((await accepted(by, svid("spiffe://test.example/a"))).iss, "spiffe://test.example");
    assert.equal(await refusal(by, svid("spiffe://evil.example/a")), "another issuer");
    assert.equal(await refusal(by, svid("alice")), "no issuer");
    // A token that names an issuer is that issuer's, whatever its subject is.
    assert.match(await refusal(by, svid("spiffe://prod.example/a", { iss: one.issuer })), /another type|no iat/);
    assert.ok(await accepted(by, one.jwt()));
  });

  test("show an opaque token to the one that introspects, and to nobody else", async () => {
    one.tokens = { "opaque-1": f.goodClaims({ active: true, iss: one.issuer }) };
    const by = issuers([oidc(two.options), oidc({ ...one.options, introspection })]);
    assert.equal((await accepted(by, "opaque-1")).iss, one.issuer);
    assert.equal(await refusal(by, "opaque-2"), "not active");
    assert.deepEqual(two.paths, []);
    one.asked.length = 0;
    assert.equal(await refusal(both(), "opaque-1"), "not a JWT");
    assert.deepEqual([one.paths, two.paths], [[], []]);
  });

  test("are refused when two are the same, when two introspect, and when there is none", () => {
    const nested = issuers([oidc(one.options)]);
    for (const [list, message] of [
      [[oidc(one.options), oidc(one.options)], /one verifier for each issuer/],
      [[nested, oidc(one.options)], /one verifier for each issuer/],
      [[oidc({ ...one.options, introspection }), oidc({ ...two.options, introspection })], /`introspection` to one verifier/],
      [[], /a list of verifiers/],
      [[{}], /a list of verifiers/],
      [oidc(one.options), /a list of verifiers/],
    ] as const) {
      assert.throws(() => issuers(list as never), { code: "wrong_option", message });
    }
  });

  test("refuse a token that was not extracted by a scheme", () => {
    assert.throws(() => both().verify(one.jwt() as never), { code: "wrong_option" });
  });

  test("are in the document, in their order, with the scheme whose token they verify", async () => {
    const by = issuers([oidc(one.options), oidc({ ...two.options, introspection })]);
    const caller = authenticate({ claims: by.claims(httpBearer()) }, ({ claims }) => ({ id: `${claims.iss} ${claims.sub}` }));
    const api = createApi({
      title: "Test",
      version: "1",
      routes: [get("/me", { deps: { caller } }, (values) => values.caller.id)],
      audit: () => {},
    });
    assert.deepEqual(api.openapi().components?.securitySchemes, {
      HTTPBearer: {
        type: "http",
        scheme: "bearer",
        "x-lockstep-issuers": [
          { issuer: one.issuer, tokens: ["jwt"] },
          { issuer: two.issuer, tokens: ["jwt", "opaque"] },
        ],
      },
    });
    const answer = await api.fetch(new Request("https://api.test/me", { headers: { authorization: `Bearer ${one.jwt()}` } }));
    assert.equal(await answer.json(), `${one.issuer} alice`);
  });
});
