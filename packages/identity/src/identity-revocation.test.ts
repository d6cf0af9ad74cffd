/**
 * Every kind of credential is refused once it is revoked: at once on the node that revoked it, soon on others, and at once on all
 * fresh routes.
 */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { secret } from "lockstep";
import type { Account } from "./account-table/account-row.ts";
import { type Ask, codeOf, type IdentityApi, openIdentityApi, password, reveal, textIn } from "./identity.fixture.ts";
import { SigningKeys } from "./issuer/signing-keys.ts";
import { eventually } from "./revocation/node-process.fixture.ts";
import { revokeEverything } from "./lineage/revoke-everything.ts";
import type { Database } from "./store/database.ts";
import { describeOnEach, type TestDatabase } from "./store/database.fixture.ts";

const soonMs = 30_000;

interface World extends IdentityApi {
  readonly alice: Account;
  /** The access token of an administrator. */
  readonly root: string;
  status(path: string, credential: Ask): Promise<number>;
  refresh(token: string): Promise<unknown>;
}

async function open(t: TestContext, database: TestDatabase): Promise<World> {
  const app = await openIdentityApi(t, await database.open(t));
  const root = await app.account("root");
  app.administrators.add(root.id);
  return {
    ...app,
    alice: await app.account("alice"),
    root: (await app.signIn(root)).access,
    status: async (path, credential) => (await app.ask("GET", path, credential)).status,
    refresh: async (token) => {
      const form = { grant_type: "refresh_token", refresh_token: token };
      const answer = await app.ask("POST", "/auth/token", { form });
      return answer.status === 200 ? 200 : codeOf(answer);
    },
  };
}

function claimsOf(token: string): { readonly sid: string; readonly jti: string } {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;
}

describeOnEach("a credential that is used after it was revoked (M-01)", (database) => {
  test("a token, a session and a link stay as they are when the clock jumps forwards and back (D-25)", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const { alice, ask, auth, clock, linkTo, session, signIn, status } = await open(t, database);
    const [ended, kept] = [
      await signIn(alice),
      await signIn(await auth.accounts.create({ email: "bob@example.com", password: secret(password) })),
    ];
    const cookie = await session(alice);
    await ask("POST", "/auth/password/forgot", { json: { email: alice.email } });
    const used = await linkTo(alice.email ?? "");
    const reset = () => ask("POST", "/auth/password/reset", { json: { token: used, password: "another seventeen walruses" } });
    assert.equal((await reset()).status, 204);
    const refused = async (): Promise<void> => {
      assert.deepEqual([await status("/me", { token: ended.access }), await status("/fresh", { token: ended.access })], [401, 401]);
      assert.equal(await status("/me", { cookie }), 401);
      assert.notEqual((await reset()).status, 204);
    };
    await refused();
    for (const seconds of [20 * 60, 366 * 86_400]) {
      clock.advance(seconds);
      // Polls, and runs housekeeping.
      t.mock.timers.tick(10 * 60_000);
      assert.equal(await status("/me", { token: kept.access }), 401, "the control: the clock says that it has expired");
      await refused();
      // The two seconds that this took: keys are not loaded twice in one second.
      clock.advance(2 - seconds);
      t.mock.timers.tick(10 * 60_000);
      await refused();
      assert.equal(await status("/me", { token: kept.access }), 200, "the control: it was never revoked");
    }
  });

  test("a browser's session", async (t) => {
    const { alice, ask, session, signIn, status } = await open(t, database);
    const [cookie, other] = [await session(alice), await session(alice)];
    const { access: token } = await signIn(alice);
    const { body } = await ask("GET", "/auth/sessions", { cookie });
    const items = body["items"] as readonly { readonly id: string; readonly current: boolean }[];
    assert.equal(await status("/me", { cookie }), 200, "the control");
    const id = items.find(({ current }) => current)?.id;
    assert.equal((await ask("DELETE", `/auth/sessions/${id}`, { token })).status, 204);
    assert.deepEqual([await status("/me", { cookie }), await status("/me", { cookie: other })], [401, 200]);
    assert.equal((await ask("POST", "/auth/logout", { cookie: other })).status, 204);
    assert.equal(await status("/me", { cookie: other }), 401);
  });

  test("a program's session, by its owner", async (t) => {
    const { alice, ask, session, signIn, status, refresh } = await open(t, database);
    const [mine, other] = [await signIn(alice), await signIn(alice)];
    const cookie = await session(alice);
    assert.equal(await status("/me", { token: mine.access }), 200, "the control");
    assert.equal((await ask("DELETE", `/auth/sessions/${claimsOf(mine.access).sid}`, { cookie })).status, 204);
    assert.deepEqual([await status("/me", { token: mine.access }), await refresh(mine.refresh)], [401, "invalid_grant"]);
    assert.deepEqual([await status("/me", { token: other.access }), await refresh(other.refresh)], [200, 200]);
    assert.equal((await ask("POST", "/auth/logout", { token: other.access })).status, 204);
    assert.equal(await status("/me", { token: other.access }), 401);
  });

  test("an access token (jti), but not its session", async (t) => {
    const { alice, ask, signIn, status, refresh } = await open(t, database);
    const { access, refresh: next } = await signIn(alice);
    assert.equal(await status("/me", { token: access }), 200, "the control");
    assert.equal((await ask("POST", "/auth/revoke", { form: { token: access } })).status, 200);
    assert.deepEqual([await status("/me", { token: access }), await status("/fresh", { token: access })], [401, 401]);
    assert.equal(await refresh(next), 200);
  });

  test("a family of refresh tokens, with the access tokens issued for it", async (t) => {
    const { alice, ask, signIn, status, refresh } = await open(t, database);
    const { access, refresh: next } = await signIn(alice);
    assert.equal(await status("/me", { token: access }), 200, "the control");
    assert.equal((await ask("POST", "/auth/revoke", { form: { token: next } })).status, 200);
    assert.deepEqual([await status("/me", { token: access }), await refresh(next)], [401, "invalid_grant"]);
  });

  test("an API key of a user, and one of a service account", async (t) => {
    const { alice, auth, ask, root, serviceAccount, signIn, status } = await open(t, database);
    const service = await serviceAccount();
    const mine = await auth.apiKeys.create({ owner: { account: alice.id }, name: "mine", scopes: [] }, []);
    const theirs = await auth.apiKeys.create({ owner: { client: service.id }, name: "theirs", scopes: [] }, []);
    const keys = [reveal(mine.key), reveal(theirs.key)];
    const statuses = () => Promise.all(keys.map((key) => status("/client", { key })));
    assert.deepEqual(await statuses(), [200, 200], "the control");
    const { access: token } = await signIn(alice);
    assert.equal((await ask("DELETE", `/auth/api-keys/${mine.apiKey.id}`, { token })).status, 204);
    assert.deepEqual(await statuses(), [401, 200]);
    const path = `/auth/service-accounts/${service.id}/api-keys/${theirs.apiKey.id}`;
    assert.equal((await ask("DELETE", path, { token: root })).status, 204);
    assert.deepEqual(await statuses(), [401, 401]);
  });

  test("a user: everything at once, by signing out everywhere, by a new password, and by disabling", async (t) => {
    const { alice, ask, root, session, signIn, status, refresh } = await open(t, database);
    const json = { currentPassword: password, newPassword: "brindle quartz 88 osprey" };
    const ways = [
      (token: string) => ask("DELETE", "/auth/sessions", { token }),
      () => ask("POST", `/auth/accounts/${alice.id}/disable`, { token: root }),
      () => ask("POST", `/auth/accounts/${alice.id}/enable`, { token: root }),
      (token: string) => ask("POST", "/auth/password", { token, json }),
    ];
    for (const [index, way] of ways.entries()) {
      // Enabled again, the old credentials stay refused, so there is nothing new to revoke.
      if (index === 2) {
        assert.equal((await way("")).status, 204);
        continue;
      }
      const [mine, other, cookie] = [await signIn(alice), await signIn(alice), await session(alice)];
      const statuses = async () => [await status("/me", { token: other.access }), await status("/me", { cookie })];
      assert.deepEqual(await statuses(), [200, 200], "the control");
      assert.equal((await way(mine.access)).status, 204);
      assert.deepEqual(await statuses(), [401, 401], String(index));
      assert.equal(await refresh(other.refresh), "invalid_grant");
    }
  });

  test("a client: its tokens, its keys and its secret", async (t) => {
    const { ask, auth, root, serviceAccount, status } = await open(t, database);
    const service = await serviceAccount();
    const grant = () => ask("POST", "/auth/token", { form: { grant_type: "client_credentials" }, basic: service });
    const token = textIn(await grant(), "access_token");
    const key = reveal((await auth.apiKeys.create({ owner: { client: service.id }, name: "key", scopes: [] }, [])).key);
    const statuses = async () => [await status("/service", { token }), await status("/service", { key }), (await grant()).status];
    assert.deepEqual(await statuses(), [200, 200, 200], "the control");
    assert.equal((await ask("POST", `/auth/service-accounts/${service.id}/disable`, { token: root })).status, 204);
    assert.deepEqual(await statuses(), [401, 401, 401]);
    assert.equal((await ask("POST", `/auth/service-accounts/${service.id}/enable`, { token: root })).status, 204);
    assert.equal(await status("/service", { token }), 401, "credentials issued before stay refused");
    assert.equal((await grant()).status, 200);
    assert.equal((await ask("DELETE", `/auth/service-accounts/${service.id}`, { token: root })).status, 204);
    assert.deepEqual(await statuses(), [401, 401, 401]);
  });

  test("a signing key, by the command line: its tokens are refused, others are issued (M-07)", async (t) => {
    const { alice, settings, signIn, status, refresh } = await open(t, database);
    const { access: token, refresh: next } = await signIn(alice);
    assert.equal(await status("/me", { token }), 200, "the control");
    assert.equal(await new SigningKeys(settings).retireCompromised(kidOf(token)), true);
    await eventually(async () => (await status("/me", { token })) === 401, soonMs, "the token is refused");
    assert.equal(await refresh(next), 200);
    const { access: another } = await signIn(alice);
    assert.notEqual(kidOf(another), kidOf(token));
    assert.equal(await status("/me", { token: another }), 200);
  });

  test("everything, by the command line: access and refresh tokens are refused, signing in again works", async (t) => {
    const { alice, settings, signIn, status, refresh } = await open(t, database);
    const { access: token, refresh: next } = await signIn(alice);
    assert.equal(await status("/me", { token }), 200, "the control");
    await revokeEverything(settings);
    await eventually(async () => (await status("/me", { token })) === 401, soonMs, "the token is refused");
    assert.equal(await refresh(next), "invalid_grant");
    assert.equal(await status("/me", { token: (await signIn(alice)).access }), 200);
  });
});

/** The same database, but no notification arrives. */
function deaf(database: Database): Database {
  return {
    kind: database.kind,
    run: (work) => database.run(work),
    transaction: (work) => database.transaction(work),
    listen: async () => ({ close: async () => {} }),
    close: () => database.close(),
    ...("pool" in database ? { pool: database.pool } : {}),
  };
}

/** Two nodes of one service. The second hears nothing, and asks the database once an hour. */
async function openNodes(t: TestContext, database: TestDatabase, whenSilent: "ask" | "refuse" = "ask") {
  const near = await openIdentityApi(t, await database.open(t));
  let elapsedMs = 0;
  const { key, clock = Date.now } = near.options;
  const monotonicClock = () => elapsedMs;
  const revocation = { pollMs: 3_600_000, silentAfterMs: 5000, whenSilent, monotonicClock };
  const far = await openIdentityApi(t, deaf(near.options.database), { key, clock, revocation });
  const wait = (ms: number) => (elapsedMs += ms);
  const status = async (path: string, token: string) => (await far.ask("GET", path, { token })).status;
  return { near, far, wait, status, alice: await near.account("alice") };
}

describeOnEach("a node that is behind (S-09)", (database) => {
  test("may accept a revoked token, but not on a fresh route, and catches up when it sees a newer token", async (t) => {
    const { near, status, alice } = await openNodes(t, database);
    const { access: token } = await near.signIn(alice);
    assert.deepEqual([await status("/me", token), await status("/fresh", token)], [200, 200], "the control");
    assert.equal((await near.ask("POST", "/auth/logout", { token })).status, 204);
    assert.deepEqual([await status("/me", token), await status("/fresh", token)], [200, 401]);
    const { access: newer } = await near.signIn(alice);
    assert.equal(await status("/me", newer), 200);
    assert.equal(await status("/me", token), 401);
  });

  test("refuses a key that was retired elsewhere at once on a fresh route", async (t) => {
    const { near, status, alice } = await openNodes(t, database);
    const { access: token } = await near.signIn(alice);
    assert.equal(await status("/fresh", token), 200, "the control");
    await new SigningKeys(near.settings).retireCompromised(kidOf(token));
    assert.equal(await status("/fresh", token), 401);
  });

  test("asks the database about each token after it has heard nothing for too long", async (t) => {
    const { near, far, wait, status, alice } = await openNodes(t, database);
    const [{ access: token }, { access: other }] = [await near.signIn(alice), await near.signIn(alice)];
    await near.ask("POST", "/auth/logout", { token });
    assert.equal(await status("/me", token), 200, "the control");
    wait(5001);
    assert.deepEqual([await status("/me", token), await status("/me", other)], [401, 200]);
    assert.equal(far.events.filter(({ type }) => type === "revocation.feed_silent").length, 1);
  });

  test("or refuses all tokens meanwhile, if it is configured so; sessions and keys still work", async (t) => {
    const { near, far, wait, status, alice } = await openNodes(t, database, "refuse");
    const { access: token } = await near.signIn(alice);
    const cookie = await near.session(alice);
    assert.equal(await status("/me", token), 200, "the control");
    wait(5001);
    const refused = await far.ask("GET", "/me", { token });
    assert.deepEqual([refused.status, codeOf(refused)], [503, "unavailable"]);
    assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal((await far.ask("GET", "/me", { cookie })).status, 200);
  });
});
