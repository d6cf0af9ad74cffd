import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { createApi } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { type Claims, jwtVerifier, remoteJwks } from "lockstep/jwt";
import type { Settings } from "../settings.ts";
import { describeOnEach, type TestDatabase, testDatabases } from "../store/database.fixture.ts";
import { issuerRoutes } from "./issuer-routes.ts";
import { issue, type Node, part, startNode } from "./issuer.fixture.ts";

const metadataPath = "/.well-known/oauth-authorization-server";

async function served(t: TestContext, database: TestDatabase, overrides: Partial<Settings> = {}) {
  const node = await startNode(t, await database.open(t), overrides);
  return { ...node, api: createApi({ title: "Issuer", version: "1", routes: [...issuerRoutes(node)] }) };
}

async function onSqlite(t: TestContext, overrides: Partial<Settings> = {}): ReturnType<typeof served> {
  const [sqlite] = testDatabases;
  assert.ok(sqlite);
  return served(t, sqlite, overrides);
}

function getting(
  { api }: Awaited<ReturnType<typeof served>>,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return api.fetch(new Request(`https://as.test${path}`, { headers }));
}

/** Returns the claims of a token, as an API elsewhere verifies it with keys that it fetches. */
async function verifiedBy(node: Node, options: Parameters<typeof remoteJwks>[0]): Promise<Claims> {
  const { issuer, audience } = node.settings;
  const keys = remoteJwks(options);
  const verifier = jwtVerifier({ issuer, audience, keys, algorithms: ["ES256"], typ: "at+jwt", clock: node.clock.read });
  return verifier.verify(await issue(node));
}

describeOnEach("the key set", (database) => {
  test("is public, is JSON, may be cached for five minutes, and contains the keys that verify tokens", async (t) => {
    const node = await served(t, database);
    const answer = await getting(node, "/.well-known/jwks.json");
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/json\b/);
    assert.equal(answer.headers.get("cache-control"), "public, max-age=300");
    const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] };
    assert.deepEqual(
      keys.map((key) => Object.keys(key).toSorted()),
      [["alg", "crv", "kid", "kty", "use", "x", "y"]],
    );
    assert.equal(keys[0]?.["kid"], part(await issue(node), 0)["kid"]);
  });

  test("contains the next key in time, and no retired key for long", async (t) => {
    const node = await served(t, database);
    const count = async (): Promise<number> => {
      const { keys } = (await (await getting(node, "/.well-known/jwks.json")).json()) as { keys: unknown[] };
      return keys.length;
    };
    assert.equal(await count(), 1);
    node.clock.advance(30 * 86_400 - 1920);
    assert.equal(await count(), 2);
    node.clock.advance(1920 + 900);
    assert.equal(await count(), 1);
  });

  test("answers 503 while the database is away, and does not say why", async (t) => {
    const node = await served(t, database);
    await node.settings.database.close();
    node.clock.advance(120);
    const answer = await getting(node, "/.well-known/jwks.json");
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const { code, detail } = (await answer.json()) as { code: string; detail?: string };
    assert.equal(code, "unavailable");
    assert.ok(!/sql|database|postgres/i.test(detail ?? ""));
  });

  test("lets an API elsewhere, which fetches it over http, accept the tokens and no others", async (t) => {
    const node = await served(t, database);
    const server = fastifyServer(node.api);
    t.after(() => server.close());
    const origin = await server.listen({ host: "127.0.0.1", port: 0 });
    const url = `${origin}/.well-known/jwks.json`;
    const options = { url, allowPrivateHosts: [new URL(url).host] };
    assert.equal((await verifiedBy(node, options)).sub, "alice");
    const stranger = await served(t, database);
    await assert.rejects(verifiedBy(stranger, options), { code: "invalid_token", reason: "unknown key" });
  });
});

describe("the metadata (RFC 8414)", () => {
  test("names the issuer exactly and endpoints below it, whatever the request says", async (t) => {
    const node = await onSqlite(t, { passwordGrant: false });
    const answer = await getting(node, metadataPath, {
      host: "evil.test",
      "x-forwarded-host": "evil.test",
      forwarded: "host=evil.test",
    });
    assert.match(answer.headers.get("content-type") ?? "", /^application\/json\b/);
    assert.equal(answer.headers.get("cache-control"), "public, max-age=3600");
    const algorithms = ["ES256", "EdDSA", "RS256", "PS256"];
    assert.deepEqual(await answer.json(), {
      issuer: "https://as.test",
      token_endpoint: "https://as.test/auth/token",
      revocation_endpoint: "https://as.test/auth/revoke",
      introspection_endpoint: "https://as.test/auth/introspect",
      jwks_uri: "https://as.test/.well-known/jwks.json",
      scopes_supported: ["notes:read", "notes:write", "account"],
      response_types_supported: [],
      grant_types_supported: ["refresh_token", "client_credentials"],
      token_endpoint_auth_methods_supported: ["none", "client_secret_basic", "private_key_jwt"],
      token_endpoint_auth_signing_alg_values_supported: algorithms,
      revocation_endpoint_auth_methods_supported: ["none", "client_secret_basic", "private_key_jwt"],
      revocation_endpoint_auth_signing_alg_values_supported: algorithms,
      introspection_endpoint_auth_methods_supported: ["client_secret_basic", "Bearer"],
    });
  });

  test("names the password grant only if it is on", async (t) => {
    const grants = async (passwordGrant: boolean): Promise<unknown> => {
      const answer = await getting(await onSqlite(t, { passwordGrant }), metadataPath);
      return ((await answer.json()) as { grant_types_supported: unknown }).grant_types_supported;
    };
    assert.deepEqual(await grants(true), ["password", "refresh_token", "client_credentials"]);
    assert.deepEqual(await grants(false), ["refresh_token", "client_credentials"]);
  });

  test("lets an API elsewhere find the keys by the issuer's name", async (t) => {
    const node = await onSqlite(t);
    const claims = await verifiedBy(node, {
      issuer: "https://as.test",
      discovery: "oauth",
      allowPrivateHosts: ["as.test"],
      fetch: async (input, init) => node.api.fetch(new Request(input, init)),
    });
    assert.equal(claims.sub, "alice");
  });

  test("of an issuer with a path is below it, and between host and path (RFC 8414 §3.1)", async (t) => {
    const issuer = "https://as.test/tenant/one";
    const node = await onSqlite(t, { issuer });
    const below = await (await getting(node, metadataPath)).json();
    const between = await (await getting(node, `${metadataPath}/tenant/one`)).json();
    assert.deepEqual(between, below);
    assert.deepEqual((below as { issuer: string; jwks_uri: string }).jwks_uri, `${issuer}/.well-known/jwks.json`);
    assert.equal((await getting(node, `${metadataPath}/tenant`)).status, 404);
    // Like a proxy: it strips the issuer's path from requests below it, and passes others on unchanged.
    const proxy = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const url = new URL(input instanceof Request ? input.url : input);
      url.pathname = url.pathname.replace(/^\/tenant\/one/, "");
      return node.api.fetch(new Request(url, init));
    };
    const claims = await verifiedBy(node, { issuer, discovery: "oauth", allowPrivateHosts: ["as.test"], fetch: proxy });
    assert.equal(claims.iss, issuer);
  });
});

describe("the key set", () => {
  test("contains no private member, even if a row does (M-08)", async (t) => {
    const node = await onSqlite(t);
    const published = (await node.tokens.jwks()).keys.map((key) => ({ ...key, d: "canary", k: "canary", p: "canary" }));
    const leaking = { jwks: async () => ({ keys: published }), signingKeys: node.tokens.signingKeys };
    // The class has private members, which the route does not use.
    const api = createApi({
      title: "x",
      version: "1",
      routes: [...issuerRoutes({ ...node, tokens: leaking as unknown as Node["tokens"] })],
    });
    const answer = await api.fetch(new Request("https://as.test/.well-known/jwks.json"));
    const text = await answer.text();
    assert.ok(text.includes(String(published[0]?.kid)) && !text.includes("canary"));
  });
});
