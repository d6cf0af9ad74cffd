import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKeyHeader, authenticate, createApi, get, httpBearer, type ProtectedResource } from "../index.ts";

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
