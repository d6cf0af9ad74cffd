/** Each credential ends with the one that made it, and only a sign-in of the first party makes and ends credentials. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Redacted } from "lockstep";
import type { Account } from "./account-table/account-row.ts";
import { codeOf, type IdentityApi, openIdentityApi, password, textIn } from "./identity.fixture.ts";
import { describeOnEach, type TestDatabase } from "./store/database.fixture.ts";

const another = "lagoon 41 whisper anvil";
const reads = ["notes:read"] as const;

/** An application with an account that is signed in on two browsers, the first of which made a key. */
interface Stage extends IdentityApi {
  readonly alice: Account;
  readonly browser: string;
  readonly other: string;
  readonly key: MadeKey;
  /** The status of a request with a key. */
  keyStatus(key: MadeKey): Promise<number>;
  /** Makes a key with a browser's session, or with a token. */
  makeKey(as: { readonly cookie: string } | { readonly token: string }, name?: string): Promise<MadeKey>;
  /** The id of the other browser's session. */
  otherSession(cookie: string): Promise<string>;
}

interface MadeKey {
  readonly id: string;
  readonly text: string;
}

async function open(t: TestContext, database: TestDatabase): Promise<Stage> {
  const app = await openIdentityApi(t, await database.open(t));
  const { ask, account, session } = app;
  const makeKey: Stage["makeKey"] = async (as, name = "a key") => {
    const made = await ask("POST", "/auth/api-keys", { ...as, json: { name, scopes: reads } });
    assert.equal(made.status, 201, made.text);
    return { id: textIn(made, "id"), text: textIn(made, "key") };
  };
  const alice = await account("alice");
  const [browser, other] = [await session(alice), await session(alice)];
  const key = await makeKey({ cookie: browser });
  const stage: Stage = {
    ...app,
    alice,
    browser,
    other,
    key,
    makeKey,
    keyStatus: async ({ text }) => (await ask("GET", "/notes", { key: text })).status,
    otherSession: async (cookie) => {
      const { body } = await ask("GET", "/auth/sessions", { cookie });
      const items = body["items"] as readonly { readonly id: string; readonly kind: string; readonly current: boolean }[];
      return items.find(({ current, kind }) => !current && kind === "browser")?.id ?? "";
    },
  };
  assert.equal(await stage.keyStatus(key), 200, "the control");
  return stage;
}

describeOnEach("the lineage of an API key", (database) => {
  test("it ends when its owner signs out everywhere", async (t) => {
    const { ask, auth, alice, key, keyStatus, other, account, session, makeKey } = await open(t, database);
    const bobs = await makeKey({ cookie: await session(await account("bob")) });
    assert.equal((await ask("DELETE", "/auth/sessions", { cookie: other })).status, 204);
    assert.equal(await keyStatus(key), 401);
    assert.equal(await keyStatus(bobs), 200, "somebody else's goes on");
    const next = await makeKey({ cookie: await session(alice) });
    await auth.accounts.endSessions(alice.id, { reason: "privileges_changed" });
    assert.equal(await keyStatus(next), 200, "a change of rights limits the scopes of keys, and ends none");
    await auth.accounts.endSessions(alice.id, { reason: "signed_out" });
    assert.equal(await keyStatus(next), 401, "the same by a program");
  });

  test("it ends with the session that made it, if the owner ends that one from elsewhere", async (t) => {
    const { ask, key, keyStatus, other, makeKey, otherSession, events } = await open(t, database);
    const kept = await makeKey({ cookie: other });
    assert.equal((await ask("DELETE", `/auth/sessions/${await otherSession(other)}`, { cookie: other })).status, 204);
    assert.deepEqual([await keyStatus(key), await keyStatus(kept)], [401, 200]);
    const ended = events.find(({ type }) => type === "api_key.revoked");
    assert.ok(ended?.type === "api_key.revoked" && ended.key === key.id && ended.reason === "ended_by_owner");
  });

  test("it outlives a plain sign-out, because it was made for a program", async (t) => {
    const { ask, key, keyStatus, browser } = await open(t, database);
    assert.equal((await ask("POST", "/auth/logout", { cookie: browser })).status, 204);
    assert.equal((await ask("GET", "/me", { cookie: browser })).status, 401);
    assert.equal(await keyStatus(key), 200);
  });

  test("it ends when the password changes, unless the owner keeps it by name (S-05)", async (t) => {
    const { ask, key, keyStatus, browser, other, makeKey, account, session } = await open(t, database);
    const kept = await makeKey({ cookie: other }, "deployment");
    const bobs = await makeKey({ cookie: await session(await account("bob")) });
    const change = (keepApiKeys: readonly string[]) =>
      ask("POST", "/auth/password", {
        cookie: browser,
        json: { currentPassword: password, newPassword: another, keepApiKeys },
      });
    const refused = await change([kept.id, bobs.id]);
    assert.deepEqual([refused.status, codeOf(refused)], [422, "unknown_api_key"]);
    assert.deepEqual([await keyStatus(key), await keyStatus(kept)], [200, 200], "nothing has changed");
    assert.equal((await change([kept.id])).status, 204);
    assert.deepEqual([await keyStatus(key), await keyStatus(kept), await keyStatus(bobs)], [401, 200, 200]);
  });

  test("it ends when the password is reset by mail or set by an operator: nothing survives", async (t) => {
    const { ask, auth, alice, key, keyStatus, linkTo, session, makeKey } = await open(t, database);
    await ask("POST", "/auth/password/forgot", { json: { email: alice.email } });
    const token = await linkTo(alice.email ?? "");
    assert.equal((await ask("POST", "/auth/password/reset", { json: { token, password: another } })).status, 204);
    assert.equal(await keyStatus(key), 401);
    await auth.accounts.setPassword(alice.id, { password: new Redacted(password), sessions: "keep" });
    const next = await makeKey({ cookie: await session(alice) });
    await auth.accounts.setPassword(alice.id, { password: new Redacted(another), sessions: "keep" });
    assert.equal(await keyStatus(next), 200, "an operator may keep everything");
    await auth.accounts.setPassword(alice.id, { password: new Redacted(password) });
    assert.equal(await keyStatus(next), 401);
  });

  test("it ends when its owner is disabled, and stays ended when the account is enabled again", async (t) => {
    const { auth, alice, key, keyStatus } = await open(t, database);
    await auth.accounts.disable(alice.id);
    assert.equal(await keyStatus(key), 401);
    await auth.accounts.enable(alice.id);
    assert.equal(await keyStatus(key), 401);
  });

  test("it ends when reuse of a refresh token shows that the sign-in which made it was stolen", async (t) => {
    const { ask, signIn, alice, key, keyStatus, makeKey, clock } = await open(t, database);
    const { access, refresh } = await signIn(alice);
    const made = await makeKey({ token: access });
    const use = () => ask("POST", "/auth/token", { form: { grant_type: "refresh_token", refresh_token: refresh } });
    const next = textIn(await use(), "refresh_token");
    assert.equal((await ask("POST", "/auth/token", { form: { grant_type: "refresh_token", refresh_token: next } })).status, 200);
    clock.advance(60);
    assert.equal(codeOf(await use()), "invalid_grant");
    assert.deepEqual([await keyStatus(made), await keyStatus(key)], [401, 200]);
  });

  test("a service account's key ends with the account of the administrator who made it, and with their session", async (t) => {
    const { ask, auth, account, session, administrators, serviceAccount } = await open(t, database);
    const { id } = await serviceAccount();
    const [root, second] = [await account("root"), await account("second")];
    for (const each of [root, second]) administrators.add(each.id);
    const make = async (cookie: string): Promise<MadeKey> => {
      const made = await ask("POST", `/auth/service-accounts/${id}/api-keys`, { cookie, json: { name: "job", scopes: reads } });
      assert.equal(made.status, 201, made.text);
      return { id: textIn(made, "id"), text: textIn(made, "key") };
    };
    const job = async ({ text }: MadeKey) => (await ask("GET", "/client", { key: text })).status;
    const [of, later] = [await make(await session(root)), await make(await session(second))];
    assert.deepEqual([await job(of), await job(later)], [200, 200]);
    await auth.accounts.disable(root.id);
    assert.deepEqual([await job(of), await job(later)], [401, 200]);
    await auth.accounts.endSessions(second.id, { reason: "ended_by_administrator" });
    assert.equal(await job(later), 401);
  });

  test("its replacement remembers the session that replaced it, and ends with that one", async (t) => {
    const { ask, key, keyStatus, other, browser, otherSession } = await open(t, database);
    const rotated = await ask("POST", `/auth/api-keys/${key.id}/rotate`, { cookie: other, json: { graceSeconds: 3600 } });
    const fresh = { id: textIn(rotated, "id"), text: textIn(rotated, "key") };
    assert.deepEqual([await keyStatus(key), await keyStatus(fresh)], [200, 200]);
    assert.equal((await ask("DELETE", `/auth/sessions/${await otherSession(browser)}`, { cookie: browser })).status, 204);
    assert.deepEqual([await keyStatus(key), await keyStatus(fresh)], [200, 401]);
  });

  test("fifty keys that are made while the session ends do not outlive it", async (t) => {
    const { ask, browser, other, otherSession, keyStatus } = await open(t, database);
    const victim = await otherSession(other);
    const making = Array.from({ length: 50 }, (_, index) =>
      ask("POST", "/auth/api-keys", { cookie: browser, json: { name: `key ${index}`, scopes: reads } }),
    );
    const ending = ask("DELETE", `/auth/sessions/${victim}`, { cookie: other });
    const made = (await Promise.all(making)).filter(({ status }) => status === 201);
    assert.equal((await ending).status, 204);
    const left = await Promise.all(made.map((each) => keyStatus({ id: "", text: textIn(each, "key") })));
    assert.deepEqual(
      [...new Set(left)].filter((status) => status === 200),
      [],
    );
  });
});

describeOnEach("what may administer an account", (database) => {
  const json = { name: "a key", scopes: [] };

  test("a browser's session, and a first-party token with the scope `account`", async (t) => {
    const { ask, alice, signIn, browser } = await open(t, database);
    const full = (await signIn(alice)).access;
    const asked = (await signIn(alice, { scope: "account" })).access;
    for (const each of [{ cookie: browser }, { token: full }, { token: asked }]) {
      assert.equal((await ask("GET", "/auth/account", each)).status, 200);
      assert.equal((await ask("GET", "/auth/sessions", each)).status, 200);
      assert.equal((await ask("POST", "/auth/api-keys", { ...each, json })).status, 201);
    }
  });

  test("a narrow token, a third party's token and an API key are 403 on every route of it", async (t) => {
    const { ask, auth, alice, signIn, key, keyStatus } = await open(t, database);
    const { client } = await auth.clients.create({
      name: "Third party",
      authentication: "none",
      grants: ["password", "refresh_token"],
      scopes: reads,
    });
    const theirs = (await signIn(alice, { client_id: client.id })).access;
    const narrow = (await signIn(alice, { scope: "notes:read" })).access;
    assert.equal((await ask("GET", "/notes", { token: theirs })).status, 200, "the control");
    const routes = [
      ["GET", "/auth/account"],
      ["GET", "/auth/sessions"],
      ["DELETE", "/auth/sessions"],
      ["DELETE", "/auth/sessions/6e9a1a1c-5f0f-4b7c-9d4e-0d3f5f1b2a3c"],
      ["POST", "/auth/session/confirm"],
      ["POST", "/auth/password"],
      ["POST", "/auth/email"],
      ["POST", "/auth/account/deactivate"],
      ["POST", "/auth/account/delete"],
      ["GET", "/auth/api-keys"],
      ["POST", "/auth/api-keys"],
      ["POST", `/auth/api-keys/${key.id}/rotate`],
      ["DELETE", `/auth/api-keys/${key.id}`],
    ] as const;
    for (const [method, path] of routes) {
      for (const each of [{ token: theirs }, { token: narrow }, { key: key.text }]) {
        const answer = await ask(method, path, each);
        assert.deepEqual([answer.status, codeOf(answer)], [403, "insufficient_scope"], `${method} ${path}`);
      }
    }
    assert.equal(await keyStatus(key), 200);
  });

  test("no client and no API key can have the scope `account`", async (t) => {
    const { ask, auth, alice, signIn, browser } = await open(t, database);
    const registration = { name: "x", authentication: "none", grants: ["password"], scopes: ["account"] } as const;
    await assert.rejects(auth.clients.create(registration), { code: "wrong_client" });
    const { client } = await auth.clients.create({ ...registration, scopes: reads });
    const form = { grant_type: "password", username: alice.email ?? "", password, client_id: client.id, scope: "account" };
    assert.equal(codeOf(await ask("POST", "/auth/token", { form })), "invalid_scope");
    const wanted = { name: "x", scopes: ["account"] };
    const refused = await ask("POST", "/auth/api-keys", { cookie: browser, json: wanted });
    assert.deepEqual([refused.status, codeOf(refused)], [403, "scope_not_held"]);
    await assert.rejects(auth.apiKeys.create({ owner: { account: alice.id }, ...wanted }, ["account"]), {
      code: "scope_not_held",
    });
    assert.ok((await signIn(alice)).access);
  });

  test("making a key, moving the address, closing the account and ending other sign-ins need a recent sign-in or the password", async (t) => {
    const { ask, browser, other, otherSession, clock } = await open(t, database);
    const victim = await otherSession(browser);
    clock.advance(601);
    const cookie = browser;
    const sensitive = [
      ["POST", "/auth/api-keys", json],
      ["POST", "/auth/email", { email: "new@example.com" }],
      ["POST", "/auth/account/deactivate", {}],
      ["POST", "/auth/account/delete", {}],
      ["DELETE", `/auth/sessions/${victim}`, undefined],
      ["DELETE", "/auth/sessions", undefined],
    ] as const;
    for (const [method, path, body] of sensitive) {
      const answer = await ask(method, path, { cookie, ...(body === undefined ? {} : { json: body }) });
      assert.deepEqual([answer.status, codeOf(answer)], [403, "sign_in_again"], `${method} ${path}`);
      if (body === undefined) continue;
      const wrong = await ask(method, path, { cookie, json: { ...body, password: another } });
      assert.deepEqual([wrong.status, codeOf(wrong)], [403, "wrong_password"], `${method} ${path}`);
    }
    // What needs neither: reading, and signing out of this session.
    assert.equal((await ask("GET", "/auth/sessions", { cookie })).status, 200);
    assert.equal((await ask("POST", "/auth/api-keys", { cookie, json: { ...json, password } })).status, 201);
    assert.equal((await ask("POST", "/auth/session/confirm", { cookie, json: { password: another } })).status, 403);
    assert.equal((await ask("POST", "/auth/session/confirm", { cookie, json: { password } })).status, 204);
    assert.equal((await ask("POST", "/auth/api-keys", { cookie, json })).status, 201);
    assert.equal((await ask("DELETE", `/auth/sessions/${victim}`, { cookie })).status, 204);
    assert.equal((await ask("GET", "/me", { cookie: other })).status, 401);
    assert.equal((await ask("POST", "/auth/account/delete", { cookie, json: {} })).status, 204);
  });

  test("a token is as recent as its sign-in, however often it was refreshed", async (t) => {
    const { ask, alice, signIn, clock } = await open(t, database);
    const { refresh } = await signIn(alice);
    clock.advance(601);
    const refreshed = await ask("POST", "/auth/token", { form: { grant_type: "refresh_token", refresh_token: refresh } });
    const token = textIn(refreshed, "access_token");
    assert.equal(codeOf(await ask("POST", "/auth/api-keys", { token, json })), "sign_in_again");
    assert.equal((await ask("POST", "/auth/session/confirm", { token, json: { password } })).status, 204);
    assert.equal(codeOf(await ask("POST", "/auth/api-keys", { token, json })), "sign_in_again", "the time is in the token");
    const again = { grant_type: "refresh_token", refresh_token: textIn(refreshed, "refresh_token") };
    const next = textIn(await ask("POST", "/auth/token", { form: again }), "access_token");
    assert.equal((await ask("POST", "/auth/api-keys", { token: next, json })).status, 201);
  });
});
