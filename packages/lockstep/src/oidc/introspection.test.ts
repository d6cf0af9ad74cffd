/** Opaque tokens (RFC 7662), against an endpoint that does what a test says. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { secret } from "../secret/redacted.ts";
import * as f from "../token/token.fixture.ts";
import { oidc } from "./oidc.ts";
import { accepted, basic, client, json, refusal, type SignedIntrospection, TestIssuer } from "./test-issuer.fixture.ts";

const server = new TestIssuer();
describe("an opaque token", () => {
  test("is what the issuer says, to which this API shows who it is (RFC 7662 §2.1, RFC 6749 §2.3.1)", async () => {
    server.tokens = { "opaque-1": server.answer({ username: "a" }) };
    const claims = await accepted(server.introspecting(), "opaque-1");
    assert.deepEqual({ ...claims }, server.answer({ username: "a" }));
    assert.ok(Object.isFrozen(claims));
    const { method, authorization, form } = server.asked[1] ?? {};
    assert.deepEqual([method, authorization], ["POST", basic]);
    assert.deepEqual(
      [...(form ?? [])],
      [
        ["token", "opaque-1"],
        ["token_type_hint", "access_token"],
      ],
    );
    assert.deepEqual(server.paths, ["/as/.well-known/openid-configuration", "/introspect"]);
  });

  test("is asked about with the secret in the form, if the issuer wants it there", async () => {
    server.tokens = { "opaque-1": server.answer() };
    const clientSecret = secret(client.clientSecret);
    assert.ok(await accepted(server.introspecting({ authentication: "client_secret_post", clientSecret }), "opaque-1"));
    const { authorization, form } = server.asked[1] ?? {};
    assert.deepEqual(
      [authorization, form?.get("client_id"), form?.get("client_secret")],
      [undefined, client.clientId, client.clientSecret],
    );
  });

  test("is asked about at the `endpoint`, without any metadata", async () => {
    server.tokens = { "opaque-1": server.answer() };
    const endpoint = `${server.origin}/introspect`;
    assert.ok(await accepted(server.introspecting({ endpoint }, { jwksUrl: `${server.origin}/keys` }), "opaque-1"));
    assert.deepEqual(server.paths, ["/introspect"]);
  });

  test("is refused without `introspection`, and nobody is asked", async () => {
    server.tokens = { "opaque-1": server.answer() };
    assert.ok(await accepted(server.introspecting(), "opaque-1"));
    server.asked.length = 0;
    assert.equal(await refusal(oidc(server.options), "opaque-1"), "not three parts");
    assert.deepEqual(server.paths, []);
  });

  test("is refused before anybody is asked, if it is too long or not a bearer token", async () => {
    const by = server.introspecting({}, { maxTokenBytes: 20 });
    server.tokens = { "12345678901234567890": server.answer() };
    assert.ok(await accepted(by, "12345678901234567890"));
    server.asked.length = 0;
    for (const text of ["123456789012345678901", "", "a b", "a\nb", "ä", "a=b", "{}", "a&token=b"]) await refusal(by, text);
    assert.deepEqual(server.paths, []);
  });
});

describe("a JWT never goes to introspection", () => {
  /** Texts that a lenient reader takes for the same JWT. */
  const disguises = (jwt: string): readonly string[] => {
    const [header = "", ...rest] = jwt.split(".");
    const decoded = Buffer.from(header, "base64url").toString();
    const as = (text: string): string => [Buffer.from(text).toString("base64url"), ...rest].join(".");
    return [
      jwt,
      `${jwt}=`,
      `${jwt}.`,
      `${jwt}..`,
      as(` ${decoded}`),
      as(`\n\t${decoded}`),
      as(`\uFEFF${decoded}`),
      as(decoded.replace("{", "{ ")),
      as(decoded.replace('"alg"', '"\\u0061lg"')),
      as(`{"x":"${"?>".repeat(9)}",${decoded.slice(1)}`).replaceAll("_", "/"),
      as(decoded.slice(0, -1)),
    ];
  };

  test("by default, whatever is done to its text", async () => {
    const by = server.introspecting();
    const idToken = server.jwt({}, { typ: "JWT" });
    const texts = [...disguises(server.jwt()), ...disguises(idToken)];
    server.answers["/introspect"] = json(server.answer());
    assert.ok(await accepted(by, "opaque-1"));
    assert.equal(server.questions, 1);
    for (const text of texts) if (text !== server.jwt()) await accepted(by, text).catch(() => {});
    assert.equal(server.questions, 1);
    assert.equal(await refusal(by, idToken), "another type of token (see the option typ)");
  });

  test("unless `jwts` says so: then the issuer decides about it, and no key is fetched", async () => {
    const { algorithms: _a, typ: _t, ...options } = server.options;
    const by = oidc({ ...options, introspection: { ...client, jwts: "introspect" } });
    await by.ready();
    const lightweight = server.jwt({ aud: undefined, sub: undefined });
    server.tokens = { [lightweight]: server.answer({ sub: "bob" }) };
    assert.equal((await accepted(by, lightweight)).sub, "bob");
    assert.equal(await refusal(by, server.jwt()), "not active");
    assert.ok(!server.paths.includes("/keys"));
  });

  test("and an opaque token that has dots is asked about", async () => {
    const by = server.introspecting();
    for (const text of ["ory_at_x.y", "ya29.a.b", "a.b.c", "eyJhbGciOiJFUzI1NiJ9.x", "..", "eyJ.x"]) {
      server.tokens[text] = server.answer();
      assert.ok(await accepted(by, text), text);
    }
  });
});

describe("the answer (R-17)", () => {
  const refused = async (over: object, introspection: SignedIntrospection = {}): Promise<string> => {
    server.tokens = { t: server.answer(over) };
    return refusal(server.introspecting(introspection), "t");
  };

  test("is judged by the rules for the claims of a JWT", async () => {
    server.tokens = { t: server.answer() };
    assert.ok(await accepted(server.introspecting(), "t"));
    const wrong: readonly (readonly [object, string])[] = [
      [{ active: false }, "not active"],
      [{ exp: f.now - 6 }, "expired"],
      [{ exp: "soon" }, "exp is not a time"],
      [{ nbf: f.now + 60 }, "not valid yet"],
      [{ iss: "https://other.test" }, "another issuer"],
      [{ iss: "" }, "another issuer"],
      [{ aud: "https://other.test" }, "another audience"],
      [{ aud: [f.audience, "https://other.test"] }, "further audiences (see the option extraAudiences)"],
      [{ aud: [] }, "no audience (see the option audience)"],
      [{ sub: "" }, "no subject (see the option withoutSubject)"],
      [{ sub: "a\nb" }, "sub is not one printable line"],
      [{ scope: ["notes:read"] }, "scope is a list (see the option scopeClaim)"],
      [{ exp: f.now + 90_000 }, "the lifetime is too long (see the option maxLifetimeSeconds)"],
    ];
    for (const [over, reason] of wrong) assert.equal(await refused(over), reason, JSON.stringify(over));
  });

  test("may leave out iss, iat and exp, because it is the issuer's and of this moment", async () => {
    server.tokens = { t: server.answer({ iss: null, iat: undefined, exp: undefined }) };
    const { iss, iat, exp } = await accepted(server.introspecting(), "t");
    assert.deepEqual([iss, iat, exp], [server.issuer, f.now, f.now + 5]);
  });

  test("without aud is refused, unless the option says that the token is for this API", async () => {
    assert.equal(await refused({ aud: undefined }), "no audience (see the option audience)");
    const by = server.introspecting({ withoutAudience: "accept" });
    assert.deepEqual((await accepted(by, "t")).aud, [f.audience]);
    assert.equal(await refused({ aud: "https://other.test" }, { withoutAudience: "accept" }), "another audience");
  });

  test("without sub is refused, unless the verifier says how clients are told from people", async () => {
    const job = { sub: undefined, client_id: "job" };
    assert.match(await refused(job), /^no subject/);
    const options = { withoutSubject: { claim: "client_id", prefix: "client:" } };
    assert.equal((await accepted(server.introspecting({}, options), "t")).sub, "client:job");
    server.tokens = { t: server.answer({ sub: "client:job" }) };
    assert.match(await refusal(server.introspecting({}, options), "t"), /prefix of another kind/);
  });

  test("about a refresh token, or one that is bound to a key, lets nobody in", async () => {
    for (const over of [{ token_type: "Bearer" }, { token_type: "bearer" }, { token_use: "access_token" }]) {
      server.tokens = { t: server.answer(over) };
      assert.ok(await accepted(server.introspecting(), "t"), JSON.stringify(over));
    }
    assert.equal(await refused({ cnf: { jkt: "a" } }), "the token is bound to a key");
    assert.equal(await refused({ cnf: {}, token_type: "Bearer" }), "the token is bound to a key");
    assert.equal(await refused({ token_type: "DPoP" }), "another type of token");
    assert.equal(await refused({ token_type: "refresh_token" }), "another type of token");
    assert.equal(await refused({ token_use: "refresh_token" }), "another use of token");
    assert.equal(await refused({ token_use: "id" }), "another use of token");
  });
});
