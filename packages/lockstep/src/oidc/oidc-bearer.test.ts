import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate } from "../access/authenticate.ts";
import { scopes } from "../access/scopes.ts";
import { createApi } from "../api/api.ts";
import { anyOf } from "../dependency/any-of.ts";
import { identified } from "../outcome/identified.ts";
import { get } from "../route/route.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { remoteJwks } from "../token/remote-jwks.ts";
import { type JwtVerifier, jwtVerifier } from "../token/jwt-verifier.ts";
import type { IssuerDocs } from "./issuer-docs.ts";
import { issuers } from "./issuers.ts";
import { oidc } from "./oidc.ts";
import { oidcBearer, type OidcBearerOptions } from "./oidc-bearer.ts";
import { TestIssuer } from "./test-issuer.fixture.ts";

const common = { audience: "https://api.test", algorithms: ["ES256"], typ: "at+jwt" } as const;
const declared = { "notes:read": "Read notes" };
const at = (issuer: string, over: object = {}): JwtVerifier => oidc({ issuer, ...common, ...over });

/** An API whose one route needs a token, or a key where `orKey` is set. */
function apiWith(verifier: JwtVerifier, over: Partial<OidcBearerOptions<"notes:read">> = {}, orKey = false) {
  const token = oidcBearer({ issuer: verifier, scopes: declared, ...over });
  const claims = verifier.claims(token);
  const caller = authenticate({ claims }, (values) => identified({ id: values.claims.sub }, values.claims));
  const byKey = authenticate({ key: apiKeyHeader({ name: "X-Key" }) }, () => ({ id: "key" }));
  const user = scopes(caller, "notes:read");
  const routes = orKey
    ? [get("/notes", { deps: { who: anyOf({ byKey, user }) } }, () => "Ok")]
    : [get("/notes", { deps: { user } }, () => "Ok")];
  return createApi({ title: "Notes", version: "1", routes, audit: () => {} });
}

const shown = (api: ReturnType<typeof apiWith>) => {
  const { components, paths } = api.openapi();
  return { schemes: components.securitySchemes, security: paths["/notes"]?.get?.security };
};

test("one issuer is one entry with the address of its metadata, whether it can be reached or not", () => {
  for (const docs of [undefined, { clientId: "docs" } satisfies IssuerDocs]) {
    const verifier = at("https://login.example/realms/notes", docs && { docs });
    assert.deepEqual(shown(apiWith(verifier, { description: "Ours." })), {
      schemes: {
        OpenIdConnect: {
          type: "openIdConnect",
          openIdConnectUrl: "https://login.example/realms/notes/.well-known/openid-configuration",
          description: "Ours.",
          "x-lockstep-issuers": [{ issuer: "https://login.example/realms/notes", tokens: ["jwt"] }],
        },
      },
      security: [{ OpenIdConnect: ["notes:read"] }],
    });
  }
});

test("the address is that of the kind of discovery, or the one that the options name", () => {
  const urlOf = (over: object): unknown =>
    shown(apiWith(at("https://a.example/x", over))).schemes?.["OpenIdConnect"]?.["openIdConnectUrl"];
  assert.equal(urlOf({ discovery: "oauth" }), "https://a.example/.well-known/oauth-authorization-server/x");
  assert.equal(urlOf({ discoveryUrl: "https://b.example/metadata" }), "https://b.example/metadata");
});

test("several issuers are several entries, any one of which is enough", () => {
  const both = issuers([at("https://login.example/"), at("https://partner.example/realms/a b")]);
  const { schemes, security } = shown(apiWith(both));
  const ours = "OpenIdConnect-login.example";
  const partner = "OpenIdConnect-partner.example-realms-a-b";
  assert.deepEqual(security, [{ [ours]: ["notes:read"] }, { [partner]: ["notes:read"] }]);
  assert.deepEqual(Object.keys(schemes ?? {}), [ours, partner]);
  // Each entry names its own issuer and no other.
  assert.deepEqual(schemes?.[ours]?.["x-lockstep-issuers"], [{ issuer: "https://login.example/", tokens: ["jwt"] }]);
});

test("beside another credential, each issuer is an alternative", () => {
  const { security } = shown(apiWith(issuers([at("https://a.example"), at("https://b.example")]), {}, true));
  const [one, other] = ["OpenIdConnect-a.example", "OpenIdConnect-b.example"];
  assert.deepEqual(security, [{ APIKeyHeader: [] }, { [one]: ["notes:read"] }, { [other]: ["notes:read"] }]);
});

test("the entries can be named", () => {
  const named = (schemeName: string) => ({ docs: { clientId: "docs", schemeName } });
  const both = issuers([at("https://a.example", named("Staff")), at("https://b.example")]);
  assert.deepEqual(Object.keys(shown(apiWith(both, { schemeName: "Token" })).schemes ?? {}), ["Staff", "Token-b.example"]);
  const two = issuers([at("https://a.example", named("Staff")), at("https://b.example", named("Staff"))]);
  assert.throws(() => oidcBearer({ issuer: two }), { code: "wrong_option", message: /^Set `docs: \{ schemeName \}`.*"Staff"$/ });
});

test("an issuer without metadata is an entry for a token", () => {
  const http = { type: "http", scheme: "bearer", bearerFormat: "JWT" };
  const expected = { ...http, "x-lockstep-issuers": [{ issuer: "acme", tokens: ["jwt"] }] };
  const jwksUrl = "https://keys.example/jwks";
  assert.deepEqual(shown(apiWith(at("acme", { jwksUrl }))).schemes, { OpenIdConnect: expected });
  const plain = jwtVerifier({ issuer: "acme", ...common, keys: remoteJwks({ url: jwksUrl }) });
  assert.deepEqual(shown(apiWith(plain)).schemes, { OpenIdConnect: http });
});

test("the tenants of an issuer are one entry, which names none of them", () => {
  const discoveryUrl = "https://login.example/organizations/metadata";
  const tenants = at("https://login.example/{tenantid}/v2.0", { tenants: ["a", "b"], discoveryUrl });
  const { schemes } = shown(apiWith(tenants));
  assert.equal(schemes?.["OpenIdConnect"]?.["openIdConnectUrl"], discoveryUrl);
  assert.doesNotMatch(JSON.stringify(schemes), /"a"|"b"/);
});

test("it reads tokens as long as the verifier accepts", () => {
  const long = at("https://a.example", { maxTokenBytes: 50_000 });
  assert.ok(apiWith(long));
  assert.throws(() => apiWith(long, { maxCredentialBytes: 49_999 }), {
    code: "wrong_option",
    message: /maxCredentialBytes: 50000/,
  });
});

test("it is for its own verifier: the document would name other issuers than those that are asked", () => {
  const [one, other] = [at("https://a.example"), at("https://b.example")];
  const plain = (issuer: string) => jwtVerifier({ issuer, ...common, keys: remoteJwks({ url: "https://keys.example" }) });
  const both = issuers([one, other]);
  for (const [verifier, documented, fits] of [
    [one, one, true],
    [both, both, true],
    [issuers([other, one]), both, true],
    [plain("https://a.example"), plain("https://a.example"), true],
    [other, one, false],
    [one, both, false],
    [both, one, false],
    [plain("https://b.example"), one, false],
  ] as const) {
    const use = () => verifier.claims(oidcBearer({ issuer: documented }));
    if (fits) assert.ok(use());
    else assert.throws(use, { code: "wrong_option", message: /^Pass claims\(\) an oidcBearer\(\) of the same verifier/ });
  }
});

test("two verifiers of one name in one API do not start, and neither do two clients at one issuer", () => {
  const route = (path: `/${string}`, verifier: JwtVerifier) => {
    const user = authenticate({ claims: verifier.claims(oidcBearer({ issuer: verifier })) }, ({ claims }) => ({ id: claims.sub }));
    return get(path, { deps: { user } }, () => "Ok");
  };
  const start = (...each: readonly JwtVerifier[]) =>
    createApi({
      title: "Notes",
      version: "1",
      routes: each.map((verifier, index) => route(`/${index}`, verifier)),
      audit: () => {},
    });
  const by = (clientId: string) => at("https://a.example", { docs: { clientId } });
  assert.ok(start(by("docs"), by("docs")));
  assert.throws(() => start(by("docs"), by("other")), { code: "scheme_name_taken" });
  assert.throws(() => start(by("docs"), at("https://b.example", { docs: { clientId: "docs" } })), { code: "scheme_name_taken" });
  const named = (schemeName: string, issuer: string) => at(issuer, { docs: { clientId: "docs", schemeName } });
  const message = /use one security scheme for both.*"Staff" \(GET \/0; GET \/1\)$/;
  const routes = [named("Staff", "https://a.example"), named("Staff", "https://b.example")].map((verifier, index) => {
    const token = oidcBearer({ issuer: verifier, schemeName: `S${index}` });
    const user = authenticate({ claims: verifier.claims(token) }, ({ claims }) => ({ id: claims.sub }));
    return get(`/${index}`, { deps: { user } }, () => "Ok");
  });
  assert.throws(() => createApi({ title: "Notes", version: "1", routes, audit: () => {} }), { code: "scheme_name_taken", message });
});

test("wrong options are refused, a secret above all", () => {
  // The types refuse these; JavaScript can pass them.
  const docs = (value: unknown) => () => at("https://a.example", { docs: value });
  assert.ok(docs({ clientId: "docs", scopes: ["openid"], authorizationParameters: { prompt: "login" } })(), "the control");
  for (const [act, message] of [
    [docs({ clientId: "docs", clientSecret: "s3cret" }), /^oidc\(\{ docs \}\): remove clientSecret and register a public client/],
    [docs({ clientId: "docs", clientSecret: undefined }), /remove clientSecret/],
    [docs({ clientId: "docs", authorizationParameters: { client_secret: "s" } }), /remove client_secret from/],
    [docs({ clientId: "docs", authorizationParameters: { client_assertion: "s" } }), /remove client_assertion from/],
    [docs({ clientId: "docs", authorizationParameters: { response_mode: "form_post" } }), /remove response_mode from/],
    [docs({ clientId: "docs", authorizationParameters: { request_uri: "https://a" } }), /remove request_uri from/],
    [docs({ clientId: "docs", authorizationParameters: { resource: ["https://a"] } }), /set resource in authorizationParameters/],
    [docs({ clientId: "docs", scopes: "openid" }), /set scopes to a list/],
    [docs({ clientId: "docs", scopes: ["a b"] }), /set scopes to a list/],
    [docs({ clientId: "" }), /set clientId to/],
    [docs({}), /set clientId to/],
    [docs("docs"), /pass the options as a record/],
    [docs(null), /pass the options as a record/],
    [
      () => at("acme", { jwksUrl: "https://keys.example/jwks", docs: { clientId: "docs" } }),
      /^Remove `docs` from oidc\(\) with `jwksUrl`/,
    ],
    [() => oidcBearer({} as unknown as OidcBearerOptions), /^oidcBearer\(\): set issuer to the verifier/],
    [() => oidcBearer(undefined as unknown as OidcBearerOptions), /set issuer to the verifier/],
  ] as const) {
    assert.throws(act, { code: "wrong_option", message }, String(message));
  }
  assert.throws(docs({ clientId: "docs", schemeName: "a b" }), { code: "wrong_scheme" });
});

const issuer = new TestIssuer();

test("the credential is the token, and the challenges are those of RFC 6750", async () => {
  const api = apiWith(oidc({ ...issuer.options, docs: { clientId: "docs" } }));
  const ask = (authorization?: string) =>
    api.fetch(new Request("https://api.test/notes", authorization === undefined ? {} : { headers: { authorization } }));
  assert.equal((await ask(`Bearer ${issuer.jwt({ scope: "notes:read" })}`)).status, 200);
  const without = await ask();
  assert.deepEqual([without.status, without.headers.get("www-authenticate")], [401, 'Bearer realm="Notes", scope="notes:read"']);
  const poor = await ask(`Bearer ${issuer.jwt({ scope: "other" })}`);
  assert.deepEqual([poor.status, /error="insufficient_scope"/.test(poor.headers.get("www-authenticate") ?? "")], [403, true]);
  assert.equal((await ask("Bearer invented")).status, 401);
});
