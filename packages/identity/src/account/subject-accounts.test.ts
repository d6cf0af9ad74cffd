/** The account of a subject that comes for the first time, on each database. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { listAccounts, readAccount } from "../account-table/account-store.ts";
import { testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { accountAtFirstSight } from "./subject-accounts.ts";

const alice = { issuer: "https://login.test", kind: "user", subject: "alice" } as const;

describeOnEach("a subject that comes for the first time", (kind) => {
  test("has one account, and the application's part of making it runs once, however many requests come", async (t) => {
    const database = await kind.open(t);
    const made: (string | undefined)[] = [];
    const { settings } = testSettings(database, {
      onAccountCreated: function* ({ id }) {
        // The account is there, in the same transaction.
        made.push((yield* readAccount(id))?.id);
      },
    });
    const accounts = await Promise.all(Array.from({ length: 50 }, () => accountAtFirstSight(alice, settings, {})));
    assert.equal(new Set(accounts.map((account) => account?.id)).size, 1);
    assert.deepEqual(made, [accounts[0]?.id]);
    assert.equal((await database.run(listAccounts({ limit: 10 }))).length, 1);
  });

  test("has none if its token was revoked between the check of the token and the account", async (t) => {
    const database = await kind.open(t);
    const { settings } = testSettings(database);
    const isRefused = function* () {
      return (yield* listAccounts({ limit: 1 })).length === 0;
    };
    assert.equal(await accountAtFirstSight(alice, settings, { isRefused }), undefined);
    assert.deepEqual(await database.run(listAccounts({ limit: 10 })), []);
    assert.ok(await accountAtFirstSight(alice, settings, {}), "the control");
  });

  test("is refused if it is too long to be the key of an account", async (t) => {
    const database = await kind.open(t);
    const { settings } = testSettings(database);
    const long = { ...alice, subject: "a".repeat(2_100) };
    await assert.rejects(accountAtFirstSight(long, settings, {}), { code: "invalid_input" });
  });
});
