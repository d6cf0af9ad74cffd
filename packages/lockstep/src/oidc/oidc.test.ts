/** `oidc()`: discovery, JWTs, an issuer that is down, wrong options. The fetcher's own tests are in `token/`. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, mock, test } from "node:test";
import { authenticate } from "../access/authenticate.ts";
import { createApi } from "../api/api.ts";
import { unchecked } from "../route/unchecked.ts";
import { get } from "../route/route.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import * as f from "../token/token.fixture.ts";
import { oidc } from "./oidc.ts";
import { accepted, json, refusal, TestIssuer, unavailable } from "./test-issuer.fixture.ts";

const server = new TestIssuer();
const discovery = "/as/.well-known/openid-configuration";

describe("a JWT", () => {
  test("is verified with the keys that discovery leads to, which are fetched once and with the first token", async () => {
    const by = oidc(server.options);
    assert.deepEqual([by.issuer, server.paths], [server.issuer, []]);
    const claims = await Promise.all([1, 2, 3].map((jti) => accepted(by, server.jwt({ jti: `t${jti}` }))));
    assert.deepEqual(
      claims.map(({ sub }) => sub),
      ["alice", "alice", "alice"],
    );
    assert.deepEqual(server.paths, [discovery, "/keys"]);
  });

  test("is refused for each flaw that a verifier refuses", async () => {
    const by = oidc(server.options);
    const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const flaws: Readonly<Record<string, string>> = {
      "another issuer": server.jwt({ iss: `${server.issuer}/` }),
      "another audience": server.jwt({ aud: "https://other.test" }),
      "another type of token (see the option typ)": server.jwt({}, { typ: "JWT" }),
      expired: server.jwt({ exp: f.now - 6 }),
      "the algorithm is not allowed": f.compact({ alg: "HS256", typ: "at+jwt" }, f.goodClaims({ iss: server.issuer }), f.hmac("k")),
      "the signature does not verify": f.compact(f.goodHeader, f.goodClaims({ iss: server.issuer }), f.es256(stranger.privateKey)),
      "unknown key": server.jwt({}, { kid: "k9" }),
      "not three parts": "opaque",
    };
    assert.ok(await accepted(by, server.jwt()));
    for (const [reason, text] of Object.entries(flaws)) assert.equal(await refusal(by, text), reason);
  });

  test("is verified by the options of jwtVerifier(), which are passed on", async () => {
    const text = server.jwt({ aud: [f.audience, "https://other.test"] });
    assert.equal(await refusal(oidc(server.options), text), "further audiences (see the option extraAudiences)");
    let revoked = false;
    const by = oidc({ ...server.options, extraAudiences: "allow", revoked: () => revoked });
    assert.ok(await accepted(by, text));
    revoked = true;
    assert.equal(await refusal(by, text), "revoked");
    assert.equal(
      await refusal(oidc({ ...server.options, maxLifetimeSeconds: 60 }), server.jwt()),
      "the lifetime is too long (see the option maxLifetimeSeconds)",
    );
  });

  test("may have a key that is new, once the cooldown is over, but not one that was withdrawn", async () => {
    const by = oidc({ ...server.options, cooldownSeconds: 10, maxAgeSeconds: 20 });
    assert.ok(await accepted(by, server.jwt()));
    const k3 = generateKeyPairSync("ec", { namedCurve: "P-256" });
    server.answers["/keys"] = json({ keys: [f.publicJwk(k3.publicKey, { kid: "k3", alg: "ES256" })] });
    const fresh = f.compact({ ...f.goodHeader, kid: "k3" }, f.goodClaims({ iss: server.issuer }), f.es256(k3.privateKey));
    for (let flood = 0; flood < 50; flood += 1)
      assert.equal(await refusal(by, server.jwt({}, { kid: `x${flood}` })), "unknown key");
    assert.equal(await refusal(by, fresh), "unknown key");
    assert.deepEqual(server.paths, [discovery, "/keys"]);
    server.later(11);
    assert.ok(await accepted(by, fresh));
    assert.equal(await refusal(by, server.jwt()), "unknown key");
    assert.deepEqual(server.paths, [discovery, "/keys", "/keys"]);
  });
});

describe("discovery", () => {
  test('follows RFC 8414 with `discovery: "oauth"`', async () => {
    server.answers = { "/.well-known/oauth-authorization-server/as": json(server.metadata()), "/keys": json({ keys: [f.k1Jwk] }) };
    assert.ok(await accepted(oidc({ ...server.options, discovery: "oauth" }), server.jwt()));
    await unavailable(oidc(server.options), server.jwt());
  });

  test("begins at `discoveryUrl`, for an issuer that is not an address, if the metadata names that issuer", async () => {
    const issuer = "acme.com";
    const discoveryUrl = `${server.origin}/acme/metadata`;
    const options = { ...server.options, issuer, discoveryUrl };
    server.answers["/acme/metadata"] = json(server.metadata({ issuer }));
    assert.ok(await accepted(oidc(options), server.jwt({ iss: issuer })));
    server.answers["/acme/metadata"] = json(server.metadata());
    await unavailable(oidc(options), server.jwt({ iss: issuer }));
    assert.match(String(server.problems[0]?.message), /names another issuer/);
  });

  test("is not needed with `jwksUrl`", async () => {
    const options = { ...server.options, issuer: "stytch.com/project-1", jwksUrl: `${server.origin}/keys` };
    assert.ok(await accepted(oidc(options), server.jwt({ iss: options.issuer })));
    assert.deepEqual(server.paths, ["/keys"]);
  });

  test("does not let one issuer speak for another (RFC 8414 §3.3), or lead to a private address (I-09)", async () => {
    const wrong = [
      { issuer: `${server.issuer}/` },
      { issuer: "https://evil.example" },
      { jwks_uri: "https://169.254.169.254/keys" },
      { jwks_uri: "http://10.0.0.1/keys" },
      { jwks_uri: 1 },
    ];
    for (const over of wrong) {
      server.answers[discovery] = json(server.metadata(over));
      await unavailable(oidc(server.options), server.jwt());
    }
    assert.ok(!server.paths.includes("/keys"));
    assert.equal(server.problems.length, wrong.length);
    server.answers[discovery] = json(server.metadata());
    assert.ok(await accepted(oidc(server.options), server.jwt()));
  });

  test("names the address that a redirect to one with a slash leads to, and does not follow it", async () => {
    server.answers[discovery] = (_asked, response) => void response.writeHead(301, { location: `${discovery}/` }).end();
    server.answers[`${discovery}/`] = json(server.metadata());
    await unavailable(oidc(server.options), server.jwt());
    assert.match(String(server.problems[0]?.message), new RegExp(`301; write its address as "${server.origin}${discovery}/"$`));
    assert.ok(await accepted(oidc({ ...server.options, discoveryUrl: `${server.origin}${discovery}/` }), server.jwt()));
  });
});

describe("an API whose issuer is down", () => {
  const apiOf = (by: ReturnType<typeof oidc>): ReturnType<typeof createApi> => {
    const caller = authenticate({ claims: by.claims(httpBearer()) }, ({ claims }) => ({ id: claims.sub }));
    const route = get("/me", { deps: { caller }, response: unchecked("a test") }, (values) => values.caller);
    return createApi({ title: "Test", version: "1", routes: [route], audit: () => {} });
  };
  const ask = (api: ReturnType<typeof apiOf>, text: string): Promise<Response> =>
    Promise.resolve(api.fetch(new Request("https://api.test/me", { headers: { authorization: `Bearer ${text}` } })));

  test("starts, answers 503 with Retry-After, and works once the issuer is back", async () => {
    const { answers } = server;
    server.answers = {};
    const api = apiOf(oidc(server.options));
    const down = await ask(api, server.jwt());
    assert.deepEqual([down.status, down.headers.get("retry-after"), down.headers.get("www-authenticate")], [503, "30", null]);
    assert.ok(!(await down.text()).includes("127.0.0.1"));
    // A token that is wrong by itself needs no issuer to be refused.
    assert.equal((await ask(api, server.jwt({ exp: 1 }))).status, 401);
    server.answers = answers;
    server.later(31);
    assert.equal((await ask(api, server.jwt())).status, 200);
    server.answers = {};
    server.later(200);
    assert.equal((await ask(api, server.jwt({ jti: "t2" }))).status, 200);
  });

  test("does not wait longer than `timeoutMs` for one that hangs", async () => {
    server.answers["/keys"] = () => {};
    const hangs = unavailable(oidc({ ...server.options, timeoutMs: 50 }), server.jwt());
    await server.received(2);
    mock.timers.tick(50);
    assert.match((await hangs).message, /cannot be had/);
    assert.match(String(server.problems[0]?.message), /did not come in time/);
  });

  test("documents the issuer with the scheme, as the verifier knows it", () => {
    const schemes = (by: ReturnType<typeof oidc>): unknown => apiOf(by).openapi().components?.securitySchemes;
    const introspection = { clientId: "a", clientSecret: "b" };
    const scheme = { type: "http", scheme: "bearer" };
    const { issuer } = server;
    assert.deepEqual(schemes(oidc(server.options)), {
      HTTPBearer: { ...scheme, "x-lockstep-issuers": [{ issuer, tokens: ["jwt"] }] },
    });
    assert.deepEqual(schemes(oidc({ ...server.options, introspection })), {
      HTTPBearer: { ...scheme, "x-lockstep-issuers": [{ issuer, tokens: ["jwt", "opaque"] }] },
    });
  });
});

describe("wrong options", () => {
  const { env } = process;

  test("are told when the verifier is built", () => {
    const introspection = { clientId: "a", clientSecret: "b" };
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ issuer: "http://login.example.com" }, /not https/],
      [{ issuer: "acme.com" }, /Pass oidc\(\) the `issuer` as an absolute URL/],
      [{ allowLoopback: false }, /not https|public internet/],
      [{ audience: undefined }, /Set `audience`/],
      [{ algorithms: undefined }, /Set `algorithms`/],
      [{ algorithms: ["HS256"] }, /`algorithms` do not fit/],
      [{ typ: undefined }, /Set `typ`/],
      [{ jwksUrl: "https://a.example/keys", discovery: "oidc" }, /either `jwksUrl` or `discovery`/],
      [{ jwksUrl: "https://10.0.0.1/keys" }, /public internet/],
      [{ cooldownSeconds: 0 }, /Set the times of `oidc\(\)`/],
      [{ issuer: "https://a.example/{tenantid}/v2.0" }, /Pass oidc\(\) the `tenants`/],
      [{ introspection: { ...introspection, jwts: "introspect" } }, /Remove `algorithms` and `typ`/],
      [{ introspection: { ...introspection, jwts: "both" } }, /set `jwts` to "verify" or "introspect"/],
      [{ introspection: { ...introspection, maxAgeSeconds: 6 } }, /set `maxAgeSeconds` to a number from 0 to 5/],
      [{ introspection: { ...introspection, withoutAudience: true } }, /set `withoutAudience` to "refuse" or "accept"/],
      [{ introspection: { ...introspection, authentication: "none" } }, /set `authentication` to/],
      [{ introspection: { ...introspection, clientSecret: undefined } }, /set `clientSecret`.*environment variable/],
      [{ introspection: { clientSecret: "b" } }, /set `clientId`/],
      [{ introspection: { ...introspection, endpoint: "https://10.0.0.1/" } }, /The introspection_endpoint cannot be fetched/],
      [{ introspection, jwksUrl: "https://a.example/keys" }, /set `endpoint`/],
      [{ introspection: "yes" }, /pass the options as a record/],
    ];
    assert.ok(oidc({ ...server.options, introspection }));
    for (const [over, message] of wrong) {
      assert.throws(() => oidc({ ...server.options, ...over }), { code: "wrong_option", message }, JSON.stringify(over));
    }
  });

  test("include `allowLoopback` in production, where a host on this machine is named instead", (t) => {
    t.after(() => (process.env = env));
    process.env = { ...env, NODE_ENV: "production" };
    assert.throws(() => oidc(server.options), { code: "wrong_option", message: /Remove `allowLoopback` in production/ });
    const { allowLoopback: _, ...options } = server.options;
    assert.ok(oidc({ ...options, allowPrivateHosts: [new URL(server.origin).host] }));
  });
});
