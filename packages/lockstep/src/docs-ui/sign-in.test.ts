/** The page follows the issuers at which people sign in. The browser's part is in `provider-sign-in.slow.test.ts`. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import {
  type Api,
  apiKeyHeader,
  authenticate,
  createApi,
  type DocsOptions,
  get,
  identified,
  oauth2AuthorizationCode,
  openIdConnect,
  type Scheme,
  scopes,
  secret,
} from "../index.ts";
import { issuers } from "../oidc/issuers.ts";
import { oidc } from "../oidc/oidc.ts";
import { oidcBearer } from "../oidc/oidc-bearer.ts";
import { json, TestIssuer } from "../oidc/test-issuer.fixture.ts";
import { dpop } from "../token/sender/dpop.ts";
import { memoryProofReplays } from "../token/sender/memory-proof-replays.ts";
import type { JwtVerifier } from "../token/jwt-verifier.ts";
import type { PageEntry } from "./sign-in.ts";

const issuer = new TestIssuer();
const partner = new TestIssuer();
const metadataPath = "/as/.well-known/openid-configuration";
const docs = { clientId: "docs-page", authorizationParameters: { audience: "https://api.test" } } as const;

/** The issuer's metadata now has these members. */
function publish(over: object = {}, from = issuer): void {
  const authorization_endpoint = `${from.origin}/authorize`;
  from.answers[metadataPath] = json(from.metadata({ authorization_endpoint, ...over }));
}

const verifier = (from = issuer, over: object = {}): JwtVerifier => oidc({ ...from.options, docs, ...over });

function apiWith(accessTokens: JwtVerifier, page: DocsOptions = { public: "a test" }): Api {
  const token = oidcBearer({ issuer: accessTokens, scopes: { "notes:read": "Read notes" }, description: "Ours." });
  const claims = accessTokens.claims(token);
  const user = authenticate({ claims }, (values) => identified({ id: values.claims.sub }, values.claims));
  const routes = [get("/notes", { deps: { user: scopes(user, "notes:read") } }, () => "Ok")];
  return createApi({ title: "Notes", version: "1", routes, docs: page, audit: () => {} });
}

interface Page {
  readonly html: string;
  /** What `connect-src` allows beside the API itself. */
  readonly connects: readonly string[];
  readonly policy: string;
  readonly entries: Readonly<Record<string, PageEntry>>;
  readonly notices: readonly string[];
}

async function load(api: Api): Promise<Page> {
  const response = await api.fetch(new Request("https://api.test/docs"));
  assert.equal(response.status, 200);
  const html = await response.text();
  const policy = response.headers.get("content-security-policy") ?? "";
  const [, connects = ""] = /connect-src 'self'([^;]*)/.exec(policy) ?? [];
  const [, data = "{}"] = / data-sign-in="([^"]*)"/.exec(html) ?? [];
  const entries = JSON.parse(unescapeHtml(data)) as Page["entries"];
  const notices = [...html.matchAll(/<p class="sign-in-notice" role="status">([^<]*)<\/p>/g)].map(([, text = ""]) => text);
  return { html, policy, connects: connects.trim().split(" ").filter(Boolean), entries, notices };
}

const unescapeHtml = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const documentOf = async (api: Api): Promise<string> => (await api.fetch(new Request("https://api.test/openapi.json"))).text();

const unreachable = (from = issuer): string =>
  `You cannot sign in at ${from.issuer} now, because the API cannot read its metadata. Reload the page to try again, or paste a token.`;
const cannot = /^You cannot sign in at \S+ on this page: its metadata does not offer the authorization code grant with PKCE\./;

test("the page shows the endpoints that the metadata names, and its policy allows the origin of the token endpoint only", async () => {
  publish({ token_endpoint: `${partner.origin}/token`, authorization_response_iss_parameter_supported: true });
  const api = apiWith(verifier());
  const { connects, entries, notices } = await load(api);
  const flow = {
    authorizationUrl: `${issuer.origin}/authorize`,
    tokenUrl: `${partner.origin}/token`,
    scopes: { "notes:read": "Read notes" },
  };
  assert.deepEqual(entries, {
    OpenIdConnect: {
      ...docs,
      issuer: issuer.issuer,
      namesIssuer: true,
      shown: { type: "oauth2", description: "Ours.", flows: { authorizationCode: flow } },
      selected: true,
    },
  });
  assert.deepEqual(connects, [partner.origin]);
  assert.deepEqual(notices, []);
});

test("the document is the same, byte for byte, whether the issuer can be reached or not, and nobody is asked for it", async () => {
  const api = apiWith(verifier());
  const before = await documentOf(api);
  assert.equal(before, JSON.stringify(api.openapi()));
  assert.deepEqual(issuer.paths, []);
  publish();
  assert.equal((await load(api)).notices.length, 0);
  assert.equal(await documentOf(api), before);
  assert.doesNotMatch(before, /authorize|docs-page/);
});

test("while the issuer is away, the page says so and has a field for a token; then the next load works", async () => {
  issuer.answers[metadataPath] = json({}, 503);
  const api = apiWith(verifier());
  const away = await load(api);
  assert.deepEqual(away.notices, [unreachable()]);
  assert.deepEqual(away.connects, []);
  const shown = { type: "http", scheme: "bearer", description: `Ours.\n\n${unreachable()}` };
  assert.deepEqual(away.entries, { OpenIdConnect: { shown } });
  assert.match(issuer.problems[0]?.message ?? "", /the server answered 503/);
  publish();
  // One request in five seconds, however many people load the page.
  issuer.later(4.999);
  for (const { notices } of await Promise.all(Array.from({ length: 20 }, () => load(api)))) assert.equal(notices.length, 1);
  assert.deepEqual(issuer.paths, [metadataPath]);
  issuer.later(0.001);
  for (const { notices, connects } of await Promise.all(Array.from({ length: 20 }, () => load(api)))) {
    assert.deepEqual([notices, connects], [[], [issuer.origin]]);
  }
  assert.deepEqual(issuer.paths, [metadataPath, metadataPath]);
});

test("a silent issuer is given up in time, and all who wait for it wait together", async () => {
  issuer.answers[metadataPath] = () => {};
  const api = apiWith(verifier(issuer, { timeoutMs: 1_000 }));
  const loads = Array.from({ length: 5 }, () => load(api));
  await issuer.received(1);
  mock.timers.tick(1_000);
  for (const { notices } of await Promise.all(loads)) assert.deepEqual(notices, [unreachable()]);
  assert.equal(issuer.asked.length, 1);
});

test("a good answer counts for five minutes, then endpoints that moved are followed; those of an issuer that is away stay", async () => {
  publish();
  const api = apiWith(verifier());
  assert.deepEqual((await load(api)).connects, [issuer.origin]);
  publish({ token_endpoint: `${partner.origin}/token` });
  issuer.later(299);
  assert.deepEqual((await load(api)).connects, [issuer.origin]);
  assert.equal(issuer.asked.length, 1);
  issuer.later(1);
  assert.deepEqual((await load(api)).connects, [partner.origin]);
  issuer.answers[metadataPath] = json({}, 500);
  issuer.later(300);
  const { connects, notices } = await load(api);
  assert.deepEqual([connects, notices], [[partner.origin], []]);
  assert.equal(issuer.problems.length, 1);
  // An issuer that answers and no longer lets people sign in decides at once.
  publish({ grant_types_supported: ["client_credentials"] });
  issuer.later(5);
  assert.match((await load(api)).notices[0] ?? "", cannot);
});

test("a clock that was set back does not stop it", async () => {
  const api = apiWith(verifier());
  assert.equal((await load(api)).notices.length, 1);
  publish();
  issuer.later(-3_600);
  assert.equal((await load(api)).notices.length, 0);
});

test("an address of the metadata is opened and allowed only if the API itself would fetch it", async () => {
  for (const [name, url] of [
    ["authorization_endpoint", "javascript:alert(document.domain)//"],
    ["authorization_endpoint", "data:text/html,<script>alert(1)</script>"],
    ["authorization_endpoint", "http://login.example/authorize"],
    ["authorization_endpoint", "https://10.0.0.1/authorize"],
    ["authorization_endpoint", "https://user:password@login.example/authorize"],
    ["authorization_endpoint", "https://login.example/authorize#/fragment"],
    ["authorization_endpoint", "https://login.example/a b"],
    ["authorization_endpoint", "/authorize"],
    ["authorization_endpoint", undefined],
    ["authorization_endpoint", ["https://login.example/authorize"]],
    ["token_endpoint", "http://login.example/token"],
    ["token_endpoint", "https://169.254.169.254/token"],
    ["token_endpoint", "https://intranet/token"],
    ["token_endpoint", "https://*/token"],
    ["token_endpoint", "https://a; script-src */token"],
    ["token_endpoint", undefined],
  ] as const) {
    publish({ [name]: url });
    const { policy, connects, entries, notices } = await load(apiWith(verifier()));
    assert.match(notices[0] ?? "", cannot, `${name} ${String(url)}`);
    assert.equal(entries["OpenIdConnect"]?.shown?.["type"], "http");
    assert.deepEqual(connects, []);
    assert.equal(policy.split(";").length, 8);
    assert.match(
      issuer.problems.at(-1)?.message ?? "",
      new RegExp(`^The documentation's page cannot sign in at the issuer: its .*${name}`),
    );
  }
  publish({
    authorization_endpoint: "https://login.example/authorize?realm=a",
    token_endpoint: "https://token.example:8443/token",
  });
  assert.deepEqual((await load(apiWith(verifier()))).connects, ["https://token.example:8443"], "the control");
});

test("metadata that names another issuer says nothing about this one (mix-up, RFC 8414 §3.3)", async () => {
  publish({ issuer: partner.issuer });
  const { notices, connects } = await load(apiWith(verifier()));
  assert.deepEqual([notices, connects], [[unreachable()], []]);
  assert.match(issuer.problems[0]?.message ?? "", /names another issuer/);
});

test("an issuer that lists no authorization code, or no S256, is not used; one that lists nothing is", async () => {
  for (const over of [
    { response_types_supported: ["id_token"] },
    { grant_types_supported: ["implicit", "client_credentials"] },
    { code_challenge_methods_supported: ["plain"] },
    { code_challenge_methods_supported: [] },
  ]) {
    publish(over);
    assert.match((await load(apiWith(verifier()))).notices[0] ?? "", cannot, JSON.stringify(over));
  }
  publish({
    response_types_supported: ["code"],
    grant_types_supported: ["authorization_code"],
    code_challenge_methods_supported: ["S256"],
  });
  assert.deepEqual((await load(apiWith(verifier()))).notices, []);
  publish();
  assert.deepEqual((await load(apiWith(verifier()))).notices, []);
});

test("several issuers have an entry each, and one that is away does not take the others along", async () => {
  publish();
  partner.answers[metadataPath] = json({}, 503);
  const both = issuers([verifier(), verifier(partner, { docs: { clientId: "theirs", scopes: ["api/.default"] } })]);
  const api = apiWith(both);
  const [ours, theirs] = [issuer, partner].map(
    ({ issuer: url }) => `OpenIdConnect-${url.slice("http://".length).replaceAll(/[:/]/g, "-")}`,
  );
  assert.ok(ours !== undefined && theirs !== undefined);
  const { entries, notices, connects } = await load(api);
  assert.deepEqual(Object.keys(entries), [ours, theirs]);
  assert.deepEqual([entries[ours]?.clientId, entries[ours]?.others], ["docs-page", [theirs]]);
  assert.deepEqual([entries[theirs]?.clientId, entries[theirs]?.others], [undefined, [ours]]);
  assert.deepEqual([notices, connects], [[unreachable(partner)], [issuer.origin]]);
  publish({}, partner);
  partner.later(5);
  const later = await load(api);
  const { clientId, scopes: asked, authorizationParameters, issuer: named } = later.entries[theirs] ?? {};
  // Nothing of the one goes to the other.
  assert.deepEqual([clientId, asked, authorizationParameters, named], ["theirs", ["api/.default"], {}, partner.issuer]);
  assert.deepEqual([later.notices, later.connects], [[], [issuer.origin, partner.origin]]);
});

test("without `docs`, the page has a field for a token, and nobody is asked", async () => {
  const { docs: _docs, ...options } = { ...issuer.options, docs };
  const { entries, connects, notices } = await load(apiWith(oidc(options)));
  assert.deepEqual(entries, { OpenIdConnect: { shown: { type: "http", scheme: "bearer", description: "Ours." } } });
  assert.deepEqual([connects, notices, issuer.paths], [[], [], []]);
});

test("a scheme that names its own endpoints has a client of its own, too, and its document stays as it is", async () => {
  const [theirs, own] = [
    { clientId: "theirs", authorizationParameters: { prompt: "login" } },
    { clientId: "own", scopes: ["openid"] },
  ];
  const code = oauth2AuthorizationCode({
    authorizationUrl: "https://a.test/authorize",
    tokenUrl: "https://a.test/token",
    docs: theirs,
  });
  const byDiscovery = openIdConnect({ openIdConnectUrl: "https://b.test/.well-known/openid-configuration", docs: own });
  const caller = anyUser(code);
  const routes = [get("/a", { deps: { caller } }, () => "Ok"), get("/b", { deps: { caller: anyUser(byDiscovery) } }, () => "Ok")];
  const { entries, connects } = await load(createApi({ title: "Notes", version: "1", routes, docs: { public: "a test" } }));
  assert.deepEqual(entries, {
    OAuth2AuthorizationCodeBearer: { ...theirs, selected: true },
    OpenIdConnect: { ...own, authorizationParameters: {}, selected: true },
  });
  assert.deepEqual(connects, ["https://a.test", "https://b.test"]);
});

const anyUser = (token: Scheme<string>) => authenticate({ token }, () => ({ id: "1" }));

test("nothing that is secret is in the page or the document, and texts are text", async () => {
  publish();
  const clientSecret = "s3cret-of-introspection";
  const attack = `"><script>alert(1)</script>'`;
  const introspection = { clientId: "api", clientSecret: secret(clientSecret) };
  const page = { clientId: attack, authorizationParameters: { audience: attack } };
  const api = apiWith(verifier(issuer, { introspection, docs: page }));
  const { html, entries } = await load(api);
  assert.equal(entries["OpenIdConnect"]?.clientId, attack, "the control: it arrives as it was");
  assert.deepEqual(entries["OpenIdConnect"]?.authorizationParameters, { audience: attack });
  assert.doesNotMatch(html, /<script>|s3cret/);
  assert.doesNotMatch(await documentOf(api), /s3cret/);
});

test("behind an access rule, a stranger makes nobody ask the issuer", async () => {
  publish();
  const access = authenticate({ key: apiKeyHeader({ name: "X-Key" }) }, ({ key }) =>
    key.reveal() === "let-me-read" ? { id: "reader" } : undefined,
  );
  const api = apiWith(verifier(), { access });
  const ask = (headers: Record<string, string>) => api.fetch(new Request("https://api.test/docs", { headers }));
  for (const headers of [{}, { "x-key": "wrong" }]) assert.equal((await ask(headers)).status, 401);
  assert.deepEqual(issuer.paths, []);
  const response = await ask({ "x-key": "let-me-read" });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-security-policy") ?? "", new RegExp(`connect-src 'self' ${issuer.origin};`));
  assert.deepEqual(issuer.paths, [metadataPath]);
});

test("tokens that are bound to a key of the client are not for the page, which asks nobody for them", async () => {
  publish();
  const accessTokens = verifier();
  const withConstraint = (required: boolean) => {
    const options = { replays: memoryProofReplays(), baseUrls: ["https://api.test"], algorithms: ["ES256"], required } as const;
    const token = oidcBearer({ issuer: accessTokens, senderConstraint: dpop(options) });
    const user = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => ({ id: claims.sub }));
    const routes = [get("/notes", { deps: { user } }, () => "Ok")];
    return createApi({ title: "Notes", version: "1", routes, docs: { public: "a test" }, audit: () => {} });
  };
  const bound = await load(withConstraint(true));
  assert.match(bound.notices[0] ?? "", /the API accepts only tokens that are bound to a key of the client\.$/);
  const { type, scheme } = bound.entries["OpenIdConnect"]?.shown ?? {};
  assert.deepEqual([type, scheme, bound.connects, issuer.paths], ["http", "dpop", [], []]);
  // The control: where a key is optional, a token without one will do.
  const free = await load(withConstraint(false));
  assert.deepEqual([free.entries["OpenIdConnect"]?.shown?.["type"], free.notices], ["oauth2", []]);
});

test("an issuer with a name for each tenant is asked by its template, and its answers may have any of the names", async () => {
  const template = "https://login.test/{tenantid}/v2.0";
  publish({ issuer: template, authorization_response_iss_parameter_supported: true });
  const tenants = verifier(issuer, { issuer: template, tenants: ["a"], discoveryUrl: `${issuer.origin}${metadataPath}` });
  const { entries, notices } = await load(apiWith(tenants));
  assert.deepEqual(notices, []);
  const { issuer: named, namesIssuer, shown } = entries["OpenIdConnect"] ?? {};
  assert.deepEqual([named, namesIssuer, shown?.["type"]], [undefined, undefined, "oauth2"]);
});
