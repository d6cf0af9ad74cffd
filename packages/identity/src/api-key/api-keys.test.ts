import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { all, type Row, sql } from "../store/statement.ts";
import { addAccount, everyScope, origin, race, refusedAs, remove, testKeys } from "./api-key.fixture.ts";
import { endedKeysKeptMs, removeEndedApiKeys } from "./api-key-store.ts";

const day = 86_400_000;

/** Returns every row of every table of identity, as one text. */
async function dump(database: Database): Promise<string> {
  const tables = sql(
    database.kind === "sqlite"
      ? "SELECT name FROM sqlite_master WHERE type = 'table'"
      : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()",
  );
  const rows: Row[] = [];
  for (const { name } of await database.run(all(tables))) rows.push(...(await database.run(all(sql(`SELECT * FROM ${name}`)))));
  return JSON.stringify(rows);
}

describeOnEach("API keys", (databases) => {
  test("a key is made, shown once, and verifies with its owner", async (t) => {
    const { apiKeys, make, alice, clock, events } = await testKeys(await databases.open(t));
    const { key, apiKey } = await make({ name: "ci — 構築 🔑", scopes: ["notes:read", "notes:read"] });
    assert.deepEqual(apiKey, {
      id: key.reveal().split("_")[2],
      familyId: apiKey.id,
      owner: { account: alice },
      name: "ci — 構築 🔑",
      scopes: ["notes:read"],
      createdAt: clock.now,
      expiresAt: clock.now + 90 * day,
      rotatedAt: undefined,
      revokedAt: undefined,
      usedAt: undefined,
    });
    assert.deepEqual(await apiKeys.find(apiKey.id), apiKey);
    const { owner, scopes, name } = await apiKeys.verify(key, origin);
    assert.deepEqual([owner.kind, owner.kind === "user" && owner.account.id], ["user", alice]);
    assert.deepEqual([scopes, name], [["notes:read"], apiKey.name]);
    const created = events.filter(({ type }) => type === "api_key.created");
    assert.deepEqual(
      created.map((event) => "key" in event && [event.key, "family" in event && event.family, "by" in event && event.by]),
      [[apiKey.id, apiKey.id, alice]],
    );
  });

  test("no table holds a key, its secret part, or the secret of a replaced one (K-03)", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, make, watched } = await testKeys(database);
    const first = await make();
    const second = await apiKeys.rotate(first.apiKey.id, {}, everyScope);
    await apiKeys.verify(second.key, origin);
    await apiKeys.flush();
    const text = await dump(database);
    for (const { key, apiKey } of [first, second]) {
      assert.ok(!text.includes(key.reveal()));
      assert.ok(!text.includes(key.reveal().split("_")[3] ?? "?"));
      // The control: the public id is found in the same text.
      assert.ok(text.includes(apiKey.id));
    }
    assert.ok(watched.asked > 0);
  });

  test("a key grants only scopes that its owner has and its maker holds (K-07)", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, alice, clients } = await testKeys(database, {
      settings: { scopes: { "notes:read": "r", "notes:write": "w", admin: "a" } },
    });
    const owner = { account: alice };
    const attempts: readonly [readonly string[], readonly string[]][] = [
      [["admin"], everyScope],
      [["notes:write"], ["notes:read"]],
      [["notes:read"], []],
      // Held by the maker, not by the owner.
      [["admin"], ["admin"]],
      [["nothing:known"], ["nothing:known"]],
      [["toString"], ["toString"]],
      [["notes:read notes:write"], everyScope],
    ];
    for (const [scopes, held] of attempts) {
      await assert.rejects(apiKeys.create({ owner, name: "k", scopes }, held), refusedAs("scope_not_held"), scopes.join());
    }
    assert.deepEqual(await apiKeys.list(owner), []);
    await apiKeys.create({ owner, name: "k", scopes: ["notes:read"] }, ["notes:read"]);

    const { client } = await clients.create({
      name: "ci",
      authentication: "client_secret_basic",
      grants: ["client_credentials"],
      scopes: ["notes:read"],
    });
    const service = { owner: { client: client.id }, name: "k" };
    await assert.rejects(apiKeys.create({ ...service, scopes: ["notes:write"] }, everyScope), refusedAs("scope_not_held"));
    assert.ok(await apiKeys.create({ ...service, scopes: ["notes:read"] }, everyScope));
  });

  test("a key loses the scopes that its owner loses", async (t) => {
    let had = everyScope;
    const { apiKeys, make } = await testKeys(await databases.open(t), { settings: { scopesOf: () => had } });
    const { key, apiKey } = await make();
    had = ["notes:read"];
    assert.deepEqual((await apiKeys.verify(key, origin)).scopes, ["notes:read"]);
    assert.deepEqual((await apiKeys.rotate(apiKey.id, {}, ["notes:read"])).apiKey.scopes, ["notes:read"]);
  });

  test("a name is one line of text, a life is 1 to 366 days, and only service accounts have keys that never expire", async (t) => {
    const { apiKeys, make, alice, clients, clock } = await testKeys(await databases.open(t));
    const names = ["", " ", "a\nb", "a\0b", "a\u0085b", "a\u202eb", "a\ud800", "a\u2028b", "a".repeat(101)];
    for (const name of names) await assert.rejects(make({ name }), refusedAs("invalid_input"), JSON.stringify(name));
    for (const days of [0, -1, 367, 1.5, Number.NaN, Infinity]) {
      await assert.rejects(make({ expiresInDays: days }), refusedAs("invalid_input"), `${days}`);
    }
    const never = { name: "k", scopes: [], expiresInDays: "never" } as const;
    await assert.rejects(apiKeys.create({ ...never, owner: { account: alice } }, []), refusedAs("invalid_input"));
    assert.deepEqual(await apiKeys.list({ account: alice }), []);

    for (const name of ["a", "🔑".repeat(100)]) assert.equal((await make({ name })).apiKey.name, name);
    assert.equal((await make({ expiresInDays: 366 })).apiKey.expiresAt, clock.now + 366 * day);
    const { client } = await clients.create({
      name: "ci",
      authentication: "client_secret_basic",
      grants: ["client_credentials"],
      scopes: [],
    });
    const forever = await apiKeys.create({ ...never, owner: { client: client.id } }, []);
    clock.advance(20 * 366 * 86_400);
    assert.deepEqual((await apiKeys.verify(forever.key, origin)).owner, { kind: "client", id: client.id, name: "ci" });
    assert.equal((await apiKeys.rotate(forever.apiKey.id, {}, [])).apiKey.expiresAt, undefined);
  });

  test("of 50 keys made at once, only as many as the limit allows are made", async (t) => {
    const { apiKeys, make, alice, bob } = await testKeys(await databases.open(t), { maxKeysPerOwner: 7 });
    const { won, codes } = await race(50, () => make());
    assert.deepEqual([won, codes], [7, ["too_many_keys"]]);
    assert.equal((await apiKeys.list({ account: alice })).length, 7);
    // Another owner has a limit of their own, and ending a key makes room.
    assert.ok(await apiKeys.create({ owner: { account: bob }, name: "k", scopes: [] }, []));
    const [one] = await apiKeys.list({ account: alice });
    assert.ok(one && (await apiKeys.revoke(one.id)));
    assert.ok(await make());
    await assert.rejects(make(), refusedAs("too_many_keys"));
  });

  test("a list has the keys of the owner only, newest first, page by page", async (t) => {
    const { apiKeys, make, clock, alice, bob } = await testKeys(await databases.open(t));
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      made.push((await make({ name: `k${count}` })).apiKey.id);
      // Two keys of one millisecond are ordered by their ids.
      if (count % 2 === 0) clock.advance(1);
    }
    const seen: string[] = [];
    for (let after = ""; ;) {
      const page = await apiKeys.list({ account: alice }, { limit: 2, after });
      seen.push(...page.map(({ id }) => id));
      if (page.length < 2) break;
      after = page.at(-1)?.id ?? "";
    }
    const whole = (await apiKeys.list({ account: alice })).map(({ id }) => id);
    assert.deepEqual(seen, whole);
    assert.deepEqual(whole.toSorted(), made.toSorted());
    assert.deepEqual(await apiKeys.list({ account: bob }), []);
    // The id of somebody else's key is not a place in the list, so the answer does not reveal that the key exists.
    clock.now -= 86_400_000;
    await apiKeys.create({ owner: { account: bob }, name: "older", scopes: [] }, []);
    for (const after of [made[0] ?? "", "aaaaaaaaaaaa"]) assert.deepEqual(await apiKeys.list({ account: bob }, { after }), []);
    assert.equal((await apiKeys.list({ account: bob })).length, 1);
  });

  test("an owner that does not exist gets no key, and one that is deleted while a key is made has none afterwards", async (t) => {
    const database = await databases.open(t);
    const { apiKeys } = await testKeys(database);
    await assert.rejects(
      apiKeys.create({ owner: { account: "6b4e1f6e-0000-4000-8000-000000000000" }, name: "k", scopes: [] }, []),
      refusedAs("not_found"),
    );
    await assert.rejects(apiKeys.create({ owner: { client: "nobody" }, name: "k", scopes: [] }, []), refusedAs("not_found"));
    for (let round = 0; round < 5; round += 1) {
      const account = await addAccount(database);
      const { codes } = await race(20, async () => {
        await Promise.all([apiKeys.create({ owner: { account }, name: "k", scopes: [] }, []), remove(database, account)]);
      });
      assert.ok(
        codes.every((code) => code === "not_found"),
        codes.join(),
      );
      assert.deepEqual(await apiKeys.list({ account }), []);
    }
  });

  test("keys that ended long ago are removed, up to the limit of a call; others stay", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, make, clock } = await testKeys(database);
    const [expired, revoked, other] = [await make({ expiresInDays: 1 }), await make(), await make({ expiresInDays: 366 })];
    await apiKeys.revoke(revoked.apiKey.id);
    clock.now += endedKeysKeptMs + 86_400_000;
    assert.equal(await database.transaction(() => removeEndedApiKeys(clock.now, 1)), 1);
    clock.advance(1);
    assert.equal(await database.transaction(() => removeEndedApiKeys(clock.now, 1)), 1);
    assert.equal(await database.transaction(() => removeEndedApiKeys(clock.now, 1)), 0);
    for (const { apiKey } of [expired, revoked]) assert.equal(await apiKeys.find(apiKey.id), undefined);
    assert.ok(await apiKeys.verify(other.key, origin));
  });

  test("while the database is away nothing is made, replaced or ended, and the call rejects", async (t) => {
    const { apiKeys, make, watched, alice } = await testKeys(await databases.open(t));
    const { key, apiKey } = await make();
    watched.isAway = true;
    for (const attempt of [() => make(), () => apiKeys.rotate(apiKey.id, {}, everyScope), () => apiKeys.revoke(apiKey.id)]) {
      await assert.rejects(attempt(), { code: "unavailable" });
    }
    await assert.rejects(apiKeys.verify(key, origin), { code: "unavailable" });
    watched.isAway = false;
    assert.equal((await apiKeys.list({ account: alice })).length, 1);
    assert.ok(await apiKeys.verify(key, origin));
  });
});
