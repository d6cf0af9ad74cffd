import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { everyScope, testKeys, type TestKeys } from "./api-key.fixture.ts";
import { type Answer, type TestApi, testApi } from "./api-key-api.fixture.ts";

const base = "/auth/service-accounts";
const events = sql("SELECT type, details FROM identity_audit_events ORDER BY at, type");

interface Made {
  readonly id: string;
  readonly secret: string;
}

async function makeAccount({ ask }: TestApi, scopes: readonly string[] = everyScope): Promise<Made> {
  const { status, body } = await ask("POST", base, { as: "root", json: { name: "ci", scopes } });
  assert.equal(status, 201);
  return { id: String(body["id"]), secret: String(body["secret"]) };
}

async function makeKey({ ask }: TestApi, id: string, scopes: readonly string[] = ["notes:read"]): Promise<Answer["body"]> {
  const { status, body, headers } = await ask("POST", `${base}/${id}/api-keys`, { as: "root", json: { name: "k", scopes } });
  assert.deepEqual([status, headers.get("cache-control")], [201, "no-store"]);
  return body;
}

/** Every route below an account and a key, with its method. */
function routesOf(id: string, keyId: unknown): readonly (readonly [string, string])[] {
  return [
    ["POST", `${base}/${id}/disable`],
    ["POST", `${base}/${id}/enable`],
    ["DELETE", `${base}/${id}`],
    ["GET", `${base}/${id}/api-keys`],
    ["POST", `${base}/${id}/api-keys`],
    ["POST", `${base}/${id}/api-keys/${String(keyId)}/rotate`],
    ["DELETE", `${base}/${id}/api-keys/${String(keyId)}`],
  ];
}

const bodyOf = (path: string, method: string) =>
  method === "POST" && path.endsWith("/api-keys") ? { json: { name: "k", scopes: [] } } : {};

describeOnEach("the routes of service accounts", (databases) => {
  test("an account is made with a secret that is shown once, gets keys, is disabled, enabled and deleted", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const api = testApi(keys);
    const { ask } = api;
    const { id, secret } = await makeAccount(api);
    assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
    const list = await ask("GET", base, { as: "root" });
    assert.deepEqual(list.body, {
      items: [{ id, name: "ci", scopes: everyScope, createdAt: new Date(keys.clock.now).toISOString(), disabledAt: null }],
      next: null,
    });
    assert.ok(!list.text.includes(secret));

    const made = await makeKey(api, id);
    const key = String(made["key"]);
    assert.deepEqual((await ask("GET", "/whoami", { key })).body, {
      kind: "service",
      id,
      scopes: ["notes:read"],
      keyId: made["id"],
    });
    const listed = (await ask("GET", `${base}/${id}/api-keys`, { as: "root" })).body["items"] as Record<string, unknown>[];
    assert.deepEqual(
      listed.map((each) => [each["id"], each["key"]]),
      [[made["id"], undefined]],
    );

    const fresh = await ask("POST", `${base}/${id}/api-keys/${String(made["id"])}/rotate`, {
      as: "root",
      json: { graceSeconds: 0 },
    });
    assert.equal(fresh.status, 201);
    assert.equal((await ask("GET", "/whoami", { key })).status, 401);
    const freshKey = String(fresh.body["key"]);
    const status = async () => (await ask("GET", "/notes", { key: freshKey })).status;
    assert.equal(await status(), 200);
    assert.equal((await ask("POST", `${base}/${id}/disable`, { as: "root" })).status, 204);
    assert.equal(await status(), 401);
    assert.equal((await ask("POST", `${base}/${id}/enable`, { as: "root" })).status, 204);
    assert.equal(await status(), 401, "a key that ended stays ended");
    const next = await makeKey(api, id);
    assert.equal((await ask("GET", "/notes", { key: String(next["key"]) })).status, 200);
    assert.equal((await ask("DELETE", `${base}/${id}/api-keys/${String(next["id"])}`, { as: "root" })).status, 204);
    assert.equal((await ask("GET", "/notes", { key: String(next["key"]) })).status, 401);
    const last = String((await makeKey(api, id))["key"]);
    assert.equal((await ask("DELETE", `${base}/${id}`, { as: "root" })).status, 204);
    assert.equal((await ask("GET", "/notes", { key: last })).status, 401);
    assert.equal((await ask("DELETE", `${base}/${id}`, { as: "root" })).status, 404);
  });

  test("a caller who is not an administrator is refused on every route, and learns nothing", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const api = testApi(keys);
    const { id } = await makeAccount(api);
    const made = await makeKey(api, id);
    const routes = [["GET", base], ["POST", base], ...routesOf(id, made["id"]), ...routesOf("nobody", "aaaaaaaaaaaa")] as const;
    for (const [method, path] of routes) {
      const body = path === base && method === "POST" ? { json: { name: "x", scopes: [] } } : bodyOf(path, method);
      const refused = await api.ask(method, path, { as: keys.alice, ...body });
      assert.deepEqual([refused.status, refused.body["code"]], [403, "forbidden"], `${method} ${path}`);
      assert.equal((await api.ask(method, path, body)).status, 401, `${method} ${path}`);
    }
    assert.equal((await api.ask("GET", "/notes", { key: String(made["key"]) })).status, 200);
  });

  test("an account that does not exist, another client, and another account's key are 404, byte for byte (K-09)", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const api = testApi(keys);
    const [one, two] = [await makeAccount(api), await makeAccount(api)];
    const made = await makeKey(api, one.id);
    const ofAlice = (await keys.make()).apiKey.id;
    const web = await keys.clients.create({ name: "web", authentication: "none", grants: ["refresh_token"], scopes: [] });
    const answers = new Set<string>();
    const routes = [
      ...routesOf("nobody", "aaaaaaaaaaaa"),
      ...routesOf(web.client.id, made["id"]),
      ...routesOf(two.id, made["id"]).slice(-2),
      ...routesOf(one.id, ofAlice).slice(-2),
    ];
    for (const [method, path] of routes) {
      const { status, text } = await api.ask(method, path, { as: "root", ...bodyOf(path, method) });
      answers.add(`${status} ${text}`);
    }
    assert.equal(answers.size, 1, [...answers].join("\n"));
    assert.match([...answers].join(), /^404 /);
    assert.equal((await api.ask("GET", "/notes", { key: String(made["key"]) })).status, 200);
    assert.equal((await keys.apiKeys.find(ofAlice))?.revokedAt, undefined);
    assert.equal((await api.ask("DELETE", `${base}/${one.id}/api-keys/${String(made["id"])}`, { as: "root" })).status, 204);
  });

  test("an account has no scope beyond its maker's, and a key none beyond its account's and its maker's (K-07)", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const api = testApi(keys);
    const narrow = { id: "root", scopes: ["notes:read"] };
    const ask = (path: string, scopes: readonly string[], as: typeof narrow | string) =>
      api.ask("POST", path, { as, json: { name: "ci", scopes } });
    const isRefused = ({ status, body }: Answer) => assert.deepEqual([status, body["code"]], [403, "scope_not_held"]);
    isRefused(await ask(base, ["notes:write"], narrow));
    isRefused(await ask(base, ["admin"], "root"));
    assert.equal((await ask(base, ["notes:read"], narrow)).status, 201);

    const wide = await makeAccount(api);
    const reader = await makeAccount(api, ["notes:read"]);
    isRefused(await ask(`${base}/${wide.id}/api-keys`, ["notes:write"], narrow));
    isRefused(await ask(`${base}/${reader.id}/api-keys`, ["notes:write"], "root"));
    assert.equal((await ask(`${base}/${wide.id}/api-keys`, ["notes:read"], narrow)).status, 201);
    const writer = await makeKey(api, wide.id, ["notes:write"]);
    isRefused(await api.ask("POST", `${base}/${wide.id}/api-keys/${String(writer["id"])}/rotate`, { as: narrow }));
    assert.equal((await api.ask("GET", "/notes", { key: String(writer["key"]) })).status, 403);
    assert.equal((await api.ask("POST", "/notes", { key: String(writer["key"]) })).status, 200);
  });

  test("invalid input is refused and makes nothing", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const api = testApi(keys);
    const body = { name: "ci", scopes: [] };
    const wrong = [
      {},
      { ...body, id: "mine" },
      { ...body, grants: ["password"] },
      { ...body, introspects: true },
      { ...body, name: "a\0b" },
      { ...body, name: "" },
      { ...body, scopes: "notes:read" },
      { ...body, jwks: {} },
      { ...body, jwks: { keys: [] } },
      { ...body, jwks: { keys: [{ kty: "oct", k: "AAAA" }] } },
      { ...body, jwks: { keys: [{ kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "1" }] } },
    ];
    for (const json of wrong) assert.equal((await api.ask("POST", base, { as: "root", json })).status, 422, JSON.stringify(json));
    assert.deepEqual((await api.ask("GET", base, { as: "root" })).body, { items: [], next: null });
    const { id } = await makeAccount(api);
    for (const days of [0, 367, "never", null]) {
      const json = { ...body, expiresInDays: days };
      assert.equal((await api.ask("POST", `${base}/${id}/api-keys`, { as: "root", json })).status, 422);
    }
    for (const path of ["A", "a%00b", "a".repeat(65), "é"]) {
      const { status } = await api.ask("DELETE", `${base}/${path}`, { as: "root" });
      assert.ok(status >= 400 && status < 500, path);
    }
  });

  test("an account that signs its assertions has no secret, and accounts are listed page by page", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const api = testApi(keys);
    const { publicKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
    const jwks = { keys: [{ kty, crv, x, y, kid: "k1", alg: "ES256", use: "sig" }] };
    const made = await api.ask("POST", base, { as: "root", json: { name: "signs", scopes: [], jwks } });
    assert.deepEqual([made.status, made.body["secret"]], [201, null]);
    // Other clients take no place on a page, so no account is missing from the list.
    await keys.clients.create({ id: "aaa", name: "web", authentication: "none", grants: [], scopes: [] });
    for (let count = 0; count < 4; count += 1) await makeAccount(api);
    assert.deepEqual((await idsOf(api)).length, 5);
  });

  test("every change is recorded with its author", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const api = testApi(keys);
    const { id } = await makeAccount(api);
    const made = await makeKey(api, id);
    await api.ask("DELETE", `${base}/${id}/api-keys/${String(made["id"])}`, { as: "root" });
    const told = await eventsOf(keys);
    assert.deepEqual(
      told.map(({ type, subject, by }) => [type, subject, by]),
      ["api_key.created", "api_key.revoked", "client.created"].map((type) => [type, id, "root"]),
    );
  });
});

async function idsOf({ ask }: TestApi): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: string | null = ""; after !== null;) {
    const { body } = await ask("GET", `${base}?limit=2${after === "" ? "" : `&after=${after}`}`, { as: "root" });
    // As the response schema declares.
    const page = body as { readonly items: readonly { readonly id: string }[]; readonly next: string | null };
    ids.push(...page.items.map(({ id }) => id));
    after = page.next;
  }
  return ids;
}

async function eventsOf({ watched }: TestKeys): Promise<readonly { type: unknown; subject: string; by: string }[]> {
  const rows = await watched.run(all(events));
  // Written by the auditor.
  return rows.map(({ type, details }) => ({ ...(JSON.parse(String(details)) as { subject: string; by: string }), type }));
}
