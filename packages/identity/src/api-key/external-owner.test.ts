/** API keys of an owner whom only the application knows. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Redacted } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { type IdentityApi, openIdentityApi, reveal, type TestScope } from "../identity.fixture.ts";
import { isAccountId, isClientId, isExternalOwnerId } from "../principal/principal.ts";
import { copyTables, identityTables } from "../store/copy.ts";
import { describeOnEach, type TestDatabase } from "../store/database.fixture.ts";
import { migrate } from "../store/migration.ts";
import { identitySchema } from "../store/schema.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { all, sql } from "../store/statement.ts";
import { openThrottle, origin, race, refusedAs } from "./api-key.fixture.ts";
import { ApiKeys, type CreatedApiKey, type KeyOwner, type NewApiKey } from "./api-keys.ts";

const owner = { external: "org:42" } as const;
const both = ["notes:read", "notes:write"] as const;

interface World extends IdentityApi {
  /** The organisations of the application, with their scopes. */
  readonly organisations: Map<string, readonly TestScope[]>;
  /** The administrator who makes the keys. */
  readonly root: Account;
  make(wanted?: Partial<NewApiKey>, creatorScopes?: readonly string[]): Promise<CreatedApiKey>;
  status(key: Redacted<string>, path?: string): Promise<number>;
}

async function open(t: TestContext, database: TestDatabase): Promise<World> {
  const organisations = new Map<string, readonly TestScope[]>([
    ["org:42", both],
    ["org:43", both],
  ]);
  const app = await openIdentityApi(t, await database.open(t), { scopesOfOwner: (id) => organisations.get(id) });
  const root = await app.account("root");
  return {
    ...app,
    organisations,
    root,
    make: (wanted = {}, creatorScopes = both) =>
      app.auth.apiKeys.create({ owner, name: "nightly import", scopes: ["notes:read"], by: root.id, ...wanted }, creatorScopes),
    status: async (key, path = "/client") => (await app.ask("GET", path, { key: reveal(key) })).status,
  };
}

/** Returns the id of the one session of an account. */
async function sessionOf({ auth }: IdentityApi, { id }: Account): Promise<string> {
  return (await auth.sessions.list(id, { limit: 1 }))[0]?.id ?? assert.fail("no session");
}

test("no text is the id of an external owner and of an account or a client (A-50)", () => {
  for (const id of ["org:42", "team_2:a/b?c", `x:${"y".repeat(200)}`]) {
    assert.deepEqual([isExternalOwnerId(id), isAccountId(id), isClientId(id)], [true, false, false], id);
  }
  for (const id of ["org", "org:", ":42", "Org:42", "org:4 2", "org:42\n", "org:é", `x:${"y".repeat(201)}`, "42:a", ""]) {
    assert.equal(isExternalOwnerId(id), false, id);
  }
});

describeOnEach("a key with an external owner", (database) => {
  test("calls as that owner, and is neither a user nor a service account", async (t) => {
    const world = await open(t, database);
    const { make, ask, status, events, auth, root } = world;
    const { key, apiKey } = await make();
    assert.deepEqual(apiKey.owner, owner);
    const called = await ask("GET", "/client", { key: reveal(key) });
    assert.deepEqual(called.body, {
      kind: "external",
      id: "org:42",
      name: "nightly import",
      credential: "api_key",
      scopes: ["notes:read"],
      keyId: apiKey.id,
    });
    assert.deepEqual(
      [await status(key, "/notes"), await status(key, "/service"), await status(key, "/signed-in")],
      [403, 403, 401],
    );
    for (const path of ["/auth/account", "/auth/api-keys", "/auth/sessions", "/auth/accounts"])
      assert.ok([401, 403].includes(await status(key, path)), path);
    assert.deepEqual((await auth.apiKeys.verify(key, origin)).owner, { kind: "external", id: "org:42" });
    const created = events.find(({ type }) => type === "api_key.created");
    assert.ok(created?.type === "api_key.created" && created.subject === "org:42" && created.by === root.id);
  });

  test("has only scopes that its owner has now and that its maker held", async (t) => {
    const { make, organisations, ask } = await open(t, database);
    await assert.rejects(make({ scopes: both }, ["notes:read"]), refusedAs("scope_not_held"));
    organisations.set("org:42", ["notes:read"]);
    await assert.rejects(make({ scopes: both }), refusedAs("scope_not_held"));
    organisations.set("org:42", both);
    const { key } = await make({ scopes: both });
    const scopes = async () => (await ask("GET", "/client", { key: reveal(key) })).body["scopes"];
    assert.deepEqual(await scopes(), both);
    organisations.set("org:42", ["notes:write"]);
    assert.deepEqual(await scopes(), ["notes:write"]);
  });

  test("is refused as long as the application does not know the owner", async (t) => {
    const { make, organisations, status, events } = await open(t, database);
    const { key } = await make();
    assert.equal(await status(key), 200, "the control");
    organisations.delete("org:42");
    assert.equal(await status(key), 401);
    assert.ok(events.some((event) => event.type === "api_key.refused" && event.reason === "owner disabled"));
    await assert.rejects(make(), refusedAs("owner_disabled"));
    for (const external of ["org", "42", "", "org:4\n2"])
      await assert.rejects(make({ owner: { external } }), refusedAs("invalid_input"));
  });

  test("cannot be made without scopesOfOwner, and the message says what to set", async (t) => {
    const { auth } = await openIdentityApi(t, await database.open(t));
    await assert.rejects(auth.apiKeys.create({ owner, name: "k", scopes: [] }, []), {
      name: "WrongIdentityOption",
      message: "Set `scopesOfOwner` in identity(): it says which scopes an owner of your application has",
    });
  });

  test("always expires, is listed with its owner's, and can be replaced and imported", async (t) => {
    const { make, auth, clock, status } = await open(t, database);
    const { apiKeys } = auth;
    await assert.rejects(make({ expiresInDays: "never" }), refusedAs("invalid_input"));
    const first = await make({ expiresInDays: 30 });
    assert.equal(first.apiKey.expiresAt, clock.now + 30 * 86_400_000);
    clock.advance(1);
    const other = await make({ owner: { external: "org:43" } });
    const next = await apiKeys.rotate(first.apiKey.id, { graceSeconds: 0 }, both);
    assert.deepEqual([await status(first.key), await status(next.key)], [401, 200]);
    assert.deepEqual(
      (await apiKeys.list(owner)).map(({ id, owner }) => [id, owner]),
      [
        [next.apiKey.id, owner],
        [first.apiKey.id, owner],
      ],
    );
    assert.deepEqual((await apiKeys.list({ external: "org:43" }, { limit: 1 })).length, 1);
    assert.deepEqual(await apiKeys.list({ account: "org:42" }), []);
    const known = { owner, name: "old", scopes: both, createdAt: 0 };
    const key = new Redacted(reveal(other.key));
    await assert.rejects(apiKeys.import({ ...known, key }), refusedAs("invalid_input"));
    assert.equal(await apiKeys.import({ ...known, key, expiresAt: clock.now + 1 }), false, "its id is taken");
  });

  test("counts to its owner's maximum, also for fifty at once", async (t) => {
    const { settings, root } = await open(t, database);
    const keys = new ApiKeys({ ...settings, scopesOfOwner: () => both }, openThrottle, { maxKeysPerOwner: 3 });
    t.after(() => keys.close());
    const make = (by: KeyOwner) => keys.create({ owner: by, name: "k", scopes: [], by: root.id }, []);
    assert.deepEqual(await race(50, () => make(owner)), { won: 3, codes: ["too_many_keys"] });
    await make({ external: "org:43" });
  });

  test("ends with all others of its owner, and no key of another owner ends", async (t) => {
    const { make, auth, status, events, root } = await open(t, database);
    const made = [await make(), await make()];
    const control = await make({ owner: { external: "org:43" } });
    const mine = await make({ owner: { account: root.id } });
    const ended = await auth.apiKeys.endAll({ owner, by: root.id });
    assert.deepEqual(new Set(ended), new Set(made.map(({ apiKey }) => apiKey.id)));
    for (const { key } of made) assert.equal(await status(key), 401);
    assert.deepEqual([await status(control.key), await status(mine.key)], [200, 200]);
    assert.deepEqual(await auth.apiKeys.endAll({ owner }), []);
    const revoked = events.filter((event) => event.type === "api_key.revoked" && event.subject === "org:42");
    assert.equal(revoked.length, 2);
    assert.deepEqual(await auth.apiKeys.endAll({ owner: { account: root.id } }), [mine.apiKey.id]);
    assert.deepEqual([await status(control.key), await status(mine.key)], [200, 401]);
  });

  test("ends with the account of its maker and with the session in which it was made", async (t) => {
    const world = await open(t, database);
    const { make, auth, status, account, session } = world;
    const [first, second] = [await account("first"), await account("second")];
    await session(second);
    const sessionId = await sessionOf(world, second);
    const ofAccount = await make({ by: first.id });
    const ofSession = await make({ by: second.id, sessionId });
    const control = await make();
    await auth.accounts.disable(first.id);
    assert.deepEqual([await status(ofAccount.key), await status(ofSession.key)], [401, 200]);
    await auth.sessions.end({ id: sessionId }, "ended_by_owner");
    assert.deepEqual([await status(ofSession.key), await status(control.key)], [401, 200]);
    await assert.rejects(make({ by: first.id }), refusedAs("sign_in_again"));
    await assert.rejects(make({ by: second.id, sessionId }), refusedAs("sign_in_again"));
  });

  test("does not outlive a maker who is disabled at the same moment", async (t) => {
    const { make, auth, account, settings } = await open(t, database);
    const eve = await account("eve");
    await Promise.allSettled([auth.accounts.disable(eve.id), ...Array.from({ length: 20 }, () => make({ by: eve.id }))]);
    const live = sql("SELECT id FROM identity_api_keys WHERE revoked_at IS NULL");
    assert.deepEqual(await settings.database.run(all(live)), []);
  });

  test("is copied to another database, and a row with two owners or none is refused by the table", async (t) => {
    const { make, settings } = await open(t, database);
    const { apiKey } = await make();
    const target = openSqlite(":memory:");
    t.after(() => target.close());
    await migrate(target, identitySchema);
    await copyTables(settings.database, target, { tables: identityTables });
    const keys = new ApiKeys({ ...settings, database: target, keys: settings.keys }, openThrottle);
    t.after(() => keys.close());
    assert.deepEqual((await keys.find(apiKey.id))?.owner, owner);
    for (const change of ["account_id = created_by", "external_owner = NULL"]) {
      const update = sql(`UPDATE identity_api_keys SET ${change}`);
      await assert.rejects(settings.database.run(all(update)), change);
    }
  });
});

test("an external owner's scopes are checked: a promise or a text is an error, and not a set of scopes", async (t) => {
  for (const wrong of [async () => both, () => "notes:read"]) {
    const database = openSqlite(":memory:");
    t.after(() => database.close());
    const scopesOfOwner = wrong as unknown as () => readonly TestScope[];
    const { auth } = await openIdentityApi(t, database, { scopesOfOwner });
    await assert.rejects(auth.apiKeys.create({ owner, name: "k", scopes: [] }, []), /^TypeError: Let `scopesOfOwner` return/);
  }
});
