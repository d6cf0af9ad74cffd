import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { Account } from "../account-table/account-row.ts";
import { codeOf, type IdentityApi, openIdentityApi, password, reveal } from "../identity.fixture.ts";
import { describeOnEach, type TestDatabase } from "../store/database.fixture.ts";

interface World extends IdentityApi {
  readonly root: Account;
  /** The administrator's token. */
  readonly token: string;
}

async function open(t: TestContext, database: TestDatabase): Promise<World> {
  const app = await openIdentityApi(t, await database.open(t));
  const root = await app.account("root");
  app.administrators.add(root.id);
  return { ...app, root, token: (await app.signIn(root)).access };
}

describeOnEach("the routes of administrators", (database) => {
  test("accounts are listed page by page, oldest first, without any secret", async (t) => {
    const { ask, account, clock, token, root } = await open(t, database);
    const made = [root];
    for (const name of ["alice", "bob"]) {
      clock.advance(1);
      made.push(await account(name));
    }
    const first = await ask("GET", "/auth/accounts?limit=2", { token });
    const shown = ({ id, email, createdAt }: Account) => ({
      id,
      email,
      createdAt: new Date(createdAt).toISOString(),
      verifiedAt: null,
    });
    assert.deepEqual(first.body, { items: made.slice(0, 2).map(shown), next: made[1]?.id });
    const second = await ask("GET", `/auth/accounts?limit=2&after=${made[1]?.id}`, { token });
    assert.deepEqual(second.body, { items: made.slice(2).map(shown), next: null });
    assert.ok(!first.text.includes("argon2"));
    assert.equal((await ask("GET", `/auth/accounts?after=${randomUUID()}`, { token })).status, 404);
    for (const wrong of ["limit=0", "limit=101", "limit=1.5", "limit=x", "after=x", "after=%00"]) {
      assert.equal((await ask("GET", `/auth/accounts?${wrong}`, { token })).status, 422, wrong);
    }
  });

  test("disabling an account refuses all its credentials, and enabling it brings none of them back (K-10)", async (t) => {
    const { ask, auth, account, signIn, session, token, events } = await open(t, database);
    const alice = await account("alice");
    const tokens = await signIn(alice);
    const cookie = await session(alice);
    const readNotes = ["notes:read"] as const;
    const key = reveal(
      (await auth.apiKeys.create({ owner: { account: alice.id }, name: "mine", scopes: readNotes }, readNotes)).key,
    );

    const credentials = [{ token: tokens.access }, { cookie }, { key }];
    const statuses = () => Promise.all(credentials.map(async (each) => (await ask("GET", "/notes", each)).status));
    assert.deepEqual(await statuses(), [200, 200, 200], "the control");

    assert.equal((await ask("POST", `/auth/accounts/${alice.id}/disable`, { token })).status, 204);
    assert.deepEqual(await statuses(), [401, 401, 401]);
    const form = { grant_type: "password", username: alice.email, password };
    assert.equal(codeOf(await ask("POST", "/auth/token", { form })), "invalid_grant");
    const refresh = { grant_type: "refresh_token", refresh_token: tokens.refresh };
    assert.equal(codeOf(await ask("POST", "/auth/token", { form: refresh })), "invalid_grant");
    assert.equal(
      (await ask("POST", `/auth/accounts/${alice.id}/disable`, { token })).status,
      204,
      "disabling twice changes nothing",
    );

    assert.equal((await ask("POST", `/auth/accounts/${alice.id}/enable`, { token })).status, 204);
    assert.deepEqual(await statuses(), [401, 401, 401]);
    assert.equal((await ask("POST", "/auth/token", { form })).status, 200);
    const told = events.filter(({ type }) => type.startsWith("account.")).map(({ type }) => type);
    assert.deepEqual(told, ["account.created", "account.created", "account.disabled", "account.enabled"]);
  });

  test("ends the sessions of an account, which may sign in again", async (t) => {
    const { ask, account, signIn, session, token, root, events } = await open(t, database);
    const alice = await account("alice");
    const [{ access }, cookie] = [await signIn(alice), await session(alice)];
    assert.equal((await ask("DELETE", `/auth/accounts/${alice.id}/sessions`, { token })).status, 204);
    assert.deepEqual(
      [(await ask("GET", "/me", { token: access })).status, (await ask("GET", "/me", { cookie })).status],
      [401, 401],
    );
    assert.equal((await ask("GET", "/me", { token: (await signIn(alice)).access })).status, 200);
    assert.equal((await ask("GET", "/me", { token })).status, 200, "others stay");
    const ended = events.filter((event) => event.type === "session.ended");
    assert.deepEqual(
      ended.map((event) => "reason" in event && event.reason),
      ["ended_by_administrator", "ended_by_administrator"],
    );
    assert.ok(root.id);
  });

  test("an account that does not exist is a 404, with the same answer on every route", async (t) => {
    const { ask, token } = await open(t, database);
    const id = randomUUID();
    const answers = await Promise.all([
      ask("POST", `/auth/accounts/${id}/disable`, { token }),
      ask("POST", `/auth/accounts/${id}/enable`, { token }),
      ask("DELETE", `/auth/accounts/${id}/sessions`, { token }),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [404, 404, 404],
    );
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    assert.equal((await ask("POST", "/auth/accounts/not-an-id/disable", { token })).status, 422);
  });

  test("only an administrator reaches the routes, whichever id is in the path (K-09)", async (t) => {
    const { ask, account, signIn, root, auth } = await open(t, database);
    const alice = await account("alice");
    const { access: token } = await signIn(alice);
    for (const id of [root.id, alice.id, randomUUID()]) {
      for (const [method, path] of [
        ["POST", `/auth/accounts/${id}/disable`],
        ["POST", `/auth/accounts/${id}/enable`],
        ["DELETE", `/auth/accounts/${id}/sessions`],
      ] as const) {
        assert.equal((await ask(method, path, { token })).status, 403, path);
        assert.equal((await ask(method, path)).status, 401, path);
      }
    }
    assert.equal((await auth.accounts.find(root.id))?.disabledAt, undefined);
  });
});
