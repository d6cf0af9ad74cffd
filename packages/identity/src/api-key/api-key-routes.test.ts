import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach, testDatabases } from "../store/database.fixture.ts";
import { everyScope, testKeys } from "./api-key.fixture.ts";
import { testApi } from "./api-key-api.fixture.ts";

const times = ["createdAt", "expiresAt", "rotatedAt", "revokedAt", "usedAt"];

describeOnEach("the routes of API keys", (databases) => {
  test("a key is made, shown once, listed without its text, opens the API, and is ended", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    const { alice } = keys;
    const made = await ask("POST", "/auth/api-keys", {
      as: alice,
      json: { name: "ci", scopes: ["notes:read"], expiresInDays: 30 },
    });
    assert.equal(made.status, 201);
    assert.equal(made.headers.get("cache-control"), "no-store");
    const { key, ...shown } = made.body;
    assert.ok(typeof key === "string");
    assert.deepEqual(Object.keys(shown).toSorted(), ["familyId", "id", "name", "scopes", ...times].toSorted());
    assert.equal(shown["expiresAt"], new Date(keys.clock.now + 30 * 86_400_000).toISOString());
    const list = await ask("GET", "/auth/api-keys", { as: alice });
    assert.deepEqual(list.body, { items: [shown], next: null });
    assert.ok(!list.text.includes(key.split("_")[3] ?? "?"));

    const who = await ask("GET", "/whoami", { key });
    assert.deepEqual(who.body, { kind: "user", id: alice, scopes: ["notes:read"], keyId: shown["id"] });
    assert.equal(who.headers.get("cache-control"), "no-store");
    const ended = () => ask("DELETE", `/auth/api-keys/${String(shown["id"])}`, { as: alice });
    assert.deepEqual([(await ended()).status, (await ended()).status], [204, 204]);
    assert.equal((await ask("GET", "/whoami", { key })).status, 401);
    const [now] = (await ask("GET", "/auth/api-keys", { as: alice })).body["items"] as Record<string, unknown>[];
    assert.notEqual(now?.["revokedAt"], null);
  });

  test("a rotation without a body has an hour of grace, and 0 seconds end the old key at once", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    const { key, apiKey } = await keys.make();
    const rotate = (id: unknown, json?: unknown) =>
      ask("POST", `/auth/api-keys/${String(id)}/rotate`, { as: keys.alice, ...(json === undefined ? {} : { json }) });
    const fresh = await rotate(apiKey.id);
    assert.equal(fresh.status, 201);
    assert.equal(fresh.headers.get("cache-control"), "no-store");
    assert.equal(fresh.body["familyId"], apiKey.id);
    assert.equal((await ask("GET", "/whoami", { key: key.reveal() })).status, 200);
    assert.deepEqual([(await rotate(apiKey.id)).status, (await rotate(apiKey.id)).body["code"]], [409, "already_rotated"]);
    keys.clock.advance(3600);
    assert.equal((await ask("GET", "/whoami", { key: key.reveal() })).status, 401);

    const freshKey = String(fresh.body["key"]);
    const last = await rotate(fresh.body["id"], { graceSeconds: 0 });
    assert.equal(last.status, 201);
    assert.equal((await ask("GET", "/whoami", { key: freshKey })).status, 401);
    assert.equal((await ask("GET", "/whoami", { key: String(last.body["key"]) })).status, 200);
    for (const json of [{ graceSeconds: -1 }, { graceSeconds: 604_801 }, { graceSeconds: "0" }, { grace: 1 }, [], null]) {
      assert.equal((await rotate(last.body["id"], json)).status, 422, JSON.stringify(json));
    }
  });

  test("a request cannot add scopes that the caller lacks, an owner, a limit or an endless life (K-07)", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    const { alice, bob } = keys;
    const create = (json: unknown, scopes = everyScope) => ask("POST", "/auth/api-keys", { as: { id: bob, scopes }, json });
    const body = { name: "ci", scopes: ["notes:read"] };
    for (const scopes of [["admin"], ["notes:read", "admin"], ["constructor"]]) {
      const refused = await create({ ...body, scopes });
      assert.deepEqual([refused.status, refused.body["code"]], [403, "scope_not_held"]);
    }
    assert.equal((await create({ ...body, scopes: ["notes:write"] }, ["notes:read"])).status, 403);
    const extras = [
      { rateLimit: 1e9 },
      { expires: "never" },
      { expiresInDays: "never" },
      { expiresInDays: null },
      { expiresInDays: 367 },
      { expiresInDays: 0 },
      { expiresInDays: 1.5 },
      { expiresInDays: 1e15 },
      { owner: { account: alice } },
      { accountId: alice },
      { id: "aaaaaaaaaaaa" },
      { name: "a\0b" },
      { name: "" },
      { name: "a".repeat(101) },
      { scopes: "notes:read" },
      { scopes: ["notes:read notes:write"] },
      { scopes: Array.from({ length: 101 }, () => "notes:read") },
    ];
    for (const extra of extras) assert.equal((await create({ ...body, ...extra })).status, 422, JSON.stringify(extra));
    assert.deepEqual((await ask("GET", "/auth/api-keys", { as: bob })).body, { items: [], next: null });
    assert.equal((await create(body)).status, 201);
    assert.deepEqual((await ask("GET", "/auth/api-keys", { as: alice })).body, { items: [], next: null });
  });

  test("a key of somebody else is not found, byte for byte, and does not change (K-09)", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    const { apiKey } = await keys.make();
    const before = await keys.apiKeys.find(apiKey.id);
    const attempts = [
      ["POST", "/rotate"],
      ["DELETE", ""],
    ] as const;
    for (const [method, after] of attempts) {
      const theirs = await ask(method, `/auth/api-keys/${apiKey.id}${after}`, { as: keys.bob });
      const nobodys = await ask(method, `/auth/api-keys/aaaaaaaaaaaa${after}`, { as: keys.bob });
      assert.deepEqual([theirs.status, theirs.text], [404, nobodys.text]);
      assert.deepEqual([...theirs.headers.keys()], [...nobodys.headers.keys()]);
    }
    for (const [method, status] of [
      ["GET", 405],
      ["PATCH", 405],
    ] as const) {
      assert.equal((await ask(method, `/auth/api-keys/${apiKey.id}`, { as: keys.bob })).status, status);
    }
    const page = await ask("GET", `/auth/api-keys?after=${apiKey.id}`, { as: keys.bob });
    assert.deepEqual(page.body, { items: [], next: null });
    assert.deepEqual(await keys.apiKeys.find(apiKey.id), before);
    assert.equal((await ask("POST", `/auth/api-keys/${apiKey.id}/rotate`, { as: keys.alice })).status, 201);
  });

  test("a key is not a sign-in: it can neither make keys nor end them", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    const { key, apiKey } = await keys.make();
    const asked = { key: key.reveal(), json: { name: "more", scopes: [] } };
    assert.equal((await ask("POST", "/auth/api-keys", asked)).status, 401);
    assert.equal((await ask("GET", "/auth/api-keys", { key: key.reveal() })).status, 401);
    assert.equal((await ask("DELETE", `/auth/api-keys/${apiKey.id}`, { key: key.reveal() })).status, 401);
  });

  test("invalid ids and pages are refused, and change nothing", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    for (const id of ["a", "%00aaaaaaaaaaa", "a'; DROP TABLE", "aaaaaaaaaaaaa", "..%2f..%2f"]) {
      const { status } = await ask("DELETE", `/auth/api-keys/${id}`, { as: keys.alice });
      assert.ok(status >= 400 && status < 500, `${id} ${status}`);
    }
    for (const page of ["limit=0", "limit=101", "limit=x", "after=x", "after='", "limit=1&limit=2"]) {
      const { status } = await ask("GET", `/auth/api-keys?${page}`, { as: keys.alice });
      assert.ok(status === 422 || status === 400, `${page} ${status}`);
    }
    for (let count = 0; count < 3; count += 1) await keys.make();
    const { items, next } = (await ask("GET", "/auth/api-keys?limit=2", { as: keys.alice })).body as {
      items: unknown[];
      next: string;
    };
    assert.equal(items.length, 2);
    const rest = await ask("GET", `/auth/api-keys?limit=2&after=${next}`, { as: keys.alice });
    assert.equal((rest.body["items"] as unknown[]).length, 1);
    assert.equal(rest.body["next"], null);
  });
});

test("the documentation shows the routes, their answers, and the scheme of the header", async (t) => {
  const [sqlite] = testDatabases;
  assert.ok(sqlite);
  const { paths, components } = testApi(await testKeys(await sqlite.open(t))).api.openapi();
  assert.deepEqual(Object.keys(paths["/auth/api-keys"] ?? {}), ["get", "post"]);
  assert.deepEqual(paths["/auth/api-keys"]?.post?.tags, ["API keys"]);
  const answers = Object.keys(paths["/auth/api-keys/{id}/rotate"]?.post?.responses ?? {});
  for (const status of ["201", "401", "403", "404", "409", "413", "415", "422"]) assert.ok(answers.includes(status), status);
  assert.deepEqual(components?.securitySchemes?.["ApiKey"], { type: "apiKey", in: "header", name: "X-API-Key" });
  for (const path of [
    "",
    "/{id}",
    "/{id}/disable",
    "/{id}/enable",
    "/{id}/api-keys",
    "/{id}/api-keys/{keyId}",
    "/{id}/api-keys/{keyId}/rotate",
  ]) {
    for (const operation of Object.values(paths[`/auth/service-accounts${path}`] ?? {})) {
      assert.deepEqual((operation as { tags: unknown }).tags, ["Service accounts"], path);
    }
    assert.ok(paths[`/auth/service-accounts${path}`], path);
  }
});
