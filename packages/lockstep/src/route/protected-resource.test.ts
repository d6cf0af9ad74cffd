import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { apiKeyHeader, authenticate, createApi, get, httpBearer, type ProtectedResource } from "../index.ts";
import { issuers, oidc } from "../oidc/index.ts";
import * as f from "../token/token.fixture.ts";
import type { JwtVerifier } from "../token/jwt-verifier.ts";

const token = httpBearer({ scopes: { "notes:read": "Read notes" } });
const user = authenticate({ token }, ({ token }) => (token.reveal() === "t" ? { id: "alice" } : undefined));
const key = apiKeyHeader({ name: "X-API-Key" });
const client = authenticate({ key }, () => ({ id: "client" }));

const apiOf = (resource?: ProtectedResource) =>
  createApi({
    title: "Notes",
    version: "1",
    audit: () => {},
    routes: [get("/me", { deps: { user } }, ({ user }) => user.id), get("/data", { deps: { client } }, ({ client }) => client.id)],
    ...(resource === undefined ? {} : { resource }),
  });
const ask = (api: ReturnType<typeof createApi>, path: string, token?: string) =>
  api.fetch(new Request(`http://x${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }));
const resource = { url: "https://api.example", authorizationServers: ["https://as.example"] } as const;

test("the metadata says which authorization server to ask (RFC 9728 §2)", async () => {
  const response = await ask(apiOf(resource), "/.well-known/oauth-protected-resource");
  assert.deepEqual(await response.json(), {
    resource: "https://api.example",
    authorization_servers: ["https://as.example"],
    scopes_supported: ["notes:read"],
    bearer_methods_supported: ["header"],
    resource_name: "Notes",
  });
});

test("the challenges of bearer schemes name the metadata, those of others do not (RFC 9728 §5.1)", async () => {
  const named = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource"';
  const challenge = async (path: string, token?: string) =>
    (await ask(apiOf(resource), path, token)).headers.get("www-authenticate") ?? "";
  assert.equal(await challenge("/me"), `Bearer realm="Notes", ${named}`);
  assert.ok((await challenge("/me", "bad")).includes(named));
  assert.doesNotMatch(await challenge("/data"), /resource_metadata/);
});

test("a resource with a path has its metadata before the path (RFC 9728 §3.1)", async () => {
  const api = apiOf({ ...resource, url: "https://api.example/v1" });
  assert.equal((await ask(api, "/.well-known/oauth-protected-resource/v1")).status, 200);
});

test("without a resource there is no metadata and no challenge that names it", async () => {
  assert.equal((await ask(apiOf(), "/.well-known/oauth-protected-resource")).status, 404);
  assert.equal((await ask(apiOf(), "/me")).headers.get("www-authenticate"), 'Bearer realm="Notes"');
});

describe("the resource is the audience of the tokens (RFC 9728 §2, RFC 8707 §2)", () => {
  const api = (caller: ReturnType<typeof callerOf>, more: Partial<ProtectedResource> = {}) =>
    createApi({
      title: "Notes",
      version: "1",
      resource: { ...resource, url: f.audience, authorizationServers: [f.issuer], ...more },
      routes: [get("/me", { deps: { caller } }, ({ caller }) => caller.id)],
    });
  const callerOf = (verifier: JwtVerifier) =>
    authenticate({ claims: verifier.claims(token) }, ({ claims }) => ({ id: claims.sub }));
  const open = { issuer: "https://as.example", algorithms: ["ES256"], typ: "at+jwt" } as const;
  const tenant = "11111111-2222-4333-8444-555555555555";
  const ofTenant = `https://login.example/${tenant}/v2.0`;
  const other = { code: "wrong_option", message: /^resource: set audience to a name that the verifier of .* accepts notes$/ };

  test("an API whose verifier demands it starts, also among others", () => {
    api(callerOf(f.verifier()));
    api(callerOf(f.verifier({ audience: ["notes", f.audience] })));
    api(callerOf(oidc({ ...open, audience: f.audience })), { authorizationServers: [open.issuer] });
  });

  test("an API whose verifier demands another does not start, whichever verifier it is", () => {
    assert.throws(() => api(callerOf(f.verifier({ audience: "notes" }))), other);
    assert.throws(() => api(callerOf(f.verifier({ audience: `${f.audience}/` }))), { code: "wrong_option" });
    const delegated = oidc({ ...open, audience: "notes" });
    assert.throws(() => api(callerOf(delegated), { authorizationServers: [open.issuer] }), other);
    assert.throws(
      () => api(callerOf(issuers([f.verifier(), delegated])), { authorizationServers: [f.issuer, open.issuer] }),
      other,
    );
    const opaque = { clientId: "notes", clientSecret: "a secret", jwts: "introspect" } as const;
    const asked = oidc({ issuer: open.issuer, audience: "notes", introspection: opaque });
    assert.throws(() => api(callerOf(asked), { authorizationServers: [open.issuer] }), other);
    const discoveryUrl = "https://login.example/common/v2.0/.well-known/openid-configuration";
    const issuer = "https://login.example/{tenantid}/v2.0";
    const tenants = oidc({ ...open, issuer, discoveryUrl, tenants: [tenant], audience: "notes" });
    assert.throws(() => api(callerOf(tenants), { authorizationServers: [ofTenant] }), other);
  });

  test("an issuer that writes another name is declared", () => {
    api(callerOf(f.verifier({ audience: "notes" })), { audience: "notes" });
    assert.throws(() => api(callerOf(f.verifier({ audience: "notes" })), { audience: "bills" }), other);
    for (const audience of ["", 7])
      assert.throws(() => api(callerOf(f.verifier()), { audience } as never), { code: "wrong_option" });
  });

  test("a verifier of another issuer, and one that demands no audience, are not judged", () => {
    api(callerOf(f.verifier({ audience: "notes" })), { authorizationServers: ["https://as.example"] });
    api(callerOf(f.verifier({ audience: { clientId: ["web"] } })));
  });
});

test("an invalid resource identifier does not start", () => {
  for (const url of [
    "api.example",
    "http://api.example",
    "https://api.example/?a=1",
    "https://api.example/#a",
    "https://api.example/v1/",
  ]) {
    assert.throws(() => apiOf({ ...resource, url }), { code: "wrong_option" }, url);
  }
  // What JavaScript may write.
  const none = [] as unknown as readonly [string];
  assert.throws(() => apiOf({ ...resource, authorizationServers: none }), { code: "wrong_option" });
});
