import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "lockstep";
import { checkedSteps } from "../mechanism/callback.ts";
import type { Settings } from "../settings.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { all, type Row, sql, type Work } from "../store/statement.ts";
import { chosen, codeOf, openAccountApi } from "./account.fixture.ts";

const createTable = sql(`
  CREATE TABLE app_profiles (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES identity_accounts (id) ON DELETE CASCADE,
    label TEXT NOT NULL UNIQUE
  )`);
const insertProfile = sql("INSERT INTO app_profiles (account_id, label) VALUES (:id, :label)");
const profiles = sql("SELECT account_id, label FROM app_profiles ORDER BY label");
const counted = sql("SELECT (SELECT count(*) FROM identity_accounts) AS accounts, (SELECT count(*) FROM app_profiles) AS profiles");

/** Writes the application's row: its label is the part of the address before the `@`. */
const onAccountCreated: Settings["onAccountCreated"] = function* ({ id, email }) {
  yield* all(insertProfile, { id, label: email?.split("@")[0] ?? "" });
};

async function openProfiles(database: Database): Promise<void> {
  await database.run(all(createTable));
}

async function countOf(database: Database): Promise<Row> {
  return { ...(await database.run(all(counted)))[0] };
}

describeOnEach("onAccountCreated", (kind) => {
  test("runs once for each account, no matter who makes it, and its row goes with the account", async (t) => {
    const database = await kind.open(t);
    await openProfiles(database);
    const { accounts, register } = openAccountApi(t, database, { settings: { onAccountCreated } });
    const ada = await register("ada@example.com");
    const bob = await accounts.create({ email: "bob@example.com" });
    const carol = await accounts.import({ email: "carol@example.com", passwordHash: undefined, createdAt: 0 });
    const rows = await database.run(all(profiles));
    assert.deepEqual(
      rows.map((row) => [row["account_id"], row["label"]]),
      [
        [ada.id, "ada"],
        [bob.id, "bob"],
        [carol.id, "carol"],
      ],
    );
    await accounts.delete(bob.id);
    assert.deepEqual(await countOf(database), { accounts: 2, profiles: 2 });
  });

  test("does not run for an address that is taken; 50 calls at once write one row", async (t) => {
    const database = await kind.open(t);
    await openProfiles(database);
    const { accounts } = openAccountApi(t, database, { settings: { onAccountCreated } });
    const made = await Promise.allSettled(Array.from({ length: 50 }, () => accounts.create({ email: "ada@example.com" })));
    assert.equal(made.filter(({ status }) => status === "fulfilled").length, 1);
    assert.deepEqual(await countOf(database), { accounts: 1, profiles: 1 });
  });

  test("makes no account and records no event if its statement fails", async (t) => {
    const database = await kind.open(t);
    await openProfiles(database);
    const { accounts, events } = openAccountApi(t, database, { settings: { onAccountCreated } });
    await accounts.create({ email: "ada@example.com" });
    await assert.rejects(accounts.create({ email: "ada@other.example" }));
    assert.deepEqual(await countOf(database), { accounts: 1, profiles: 1 });
    assert.equal(events.filter(({ type }) => type === "account.created").length, 1);
  });

  test("refuses a registration with the problem that it throws, and the link can be used again", async (t) => {
    const database = await kind.open(t);
    await openProfiles(database);
    let isOpen = false;
    const gate = function* (account: Parameters<typeof onAccountCreated>[0]): Work<void> {
      yield* onAccountCreated(account);
      if (!isOpen) throw new Problem(409, "no_place", "There is no place left.");
    };
    const { post, mailedToken } = openAccountApi(t, database, { settings: { onAccountCreated: gate } });
    await post("/auth/register", { email: "ada@example.com", password: chosen });
    const json = { token: await mailedToken(), password: chosen };
    const refused = await post("/auth/verify", json);
    assert.deepEqual([refused.status, await codeOf(refused)], [409, "no_place"]);
    assert.deepEqual(await countOf(database), { accounts: 0, profiles: 0 });
    isOpen = true;
    assert.equal((await post("/auth/verify", json)).status, 201);
    assert.deepEqual(await countOf(database), { accounts: 1, profiles: 1 });
  });

  test("makes no account if it is not a generator, and its rejected promise does not end the process", async (t) => {
    const database = await kind.open(t);
    const wrong = async (): Promise<void> => {
      throw new Error("nobody waits for this");
    };
    const checked = checkedSteps("onAccountCreated", wrong as unknown as Settings["onAccountCreated"]);
    const { accounts } = openAccountApi(t, database, { settings: { onAccountCreated: checked } });
    await assert.rejects(accounts.create({ email: "ada@example.com" }), /^TypeError: Write `onAccountCreated` as a generator/);
    assert.deepEqual(await accounts.list({ limit: 10 }), []);
  });
});
