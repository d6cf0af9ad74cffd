/** Identity with a provider: accounts of its subjects, signing out, disabling, deleting and linking, on each database. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { type Answer, codeOf, type IdentityApi, openIdentityApi, textIn } from "../identity.fixture.ts";
import { createApi, get } from "lockstep";
import { Accounts } from "../account/accounts.ts";
import { settingsOf } from "../options.ts";
import { TestClock } from "../settings.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { describeOnEach, type TestDatabase } from "../store/database.fixture.ts";
import { providerOf, TestProvider, type TokenMembers } from "./provider.fixture.ts";

interface World extends IdentityApi {
  readonly clock: TestClock;
  readonly login: TestProvider;
  readonly partner: TestProvider;
  /** Asks `GET /me` with a new token of the first issuer. */
  readonly me: (changes?: TokenMembers) => Promise<Answer>;
  /** The account of a new token. */
  readonly idOf: (changes?: TokenMembers) => Promise<string>;
}

async function open(t: TestContext, kind: TestDatabase): Promise<World> {
  const clock = new TestClock();
  const [login, partner] = [new TestProvider(clock), new TestProvider(clock, "https://partner.test")];
  const app = await openIdentityApi(t, await kind.open(t), { provider: providerOf(login, partner), clock: clock.read });
  const me = async (changes: TokenMembers = {}) => app.ask("GET", "/me", { token: await login.token(changes) });
  const idOf = async (changes: TokenMembers = {}) => {
    const answer = await me(changes);
    assert.equal(answer.status, 200, answer.text);
    return textIn(answer, "id");
  };
  return { ...app, clock, login, partner, me, idOf };
}

/** The next second: revocations of foreign tokens count in whole seconds. */
function pass(clock: TestClock, seconds = 1): void {
  clock.now += seconds * 1000;
}

describeOnEach("identity with a provider", (kind) => {
  test("makes one account for a subject that comes first, however many requests come at once", async (t) => {
    const { me, events, idOf, auth } = await open(t, kind);
    const answers = await Promise.all(Array.from({ length: 25 }, () => me()));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const ids = new Set(answers.map((answer) => textIn(answer, "id")));
    assert.equal(ids.size, 1);
    assert.equal(await idOf({ jti: undefined }), [...ids][0], "another token of the same subject");
    assert.equal(events.filter(({ type }) => type === "account.created").length, 1);
    assert.equal((await auth.accounts.list({ limit: 10 })).length, 1);
  });

  test("knows a person and a client of one name apart, and equal names of two issuers (RFC 9068 §5)", async (t) => {
    const { idOf, ask, partner } = await open(t, kind);
    const [person, client] = [await idOf({ sub: "job", client_id: "web" }), await idOf({ sub: "job", client_id: "job" })];
    const elsewhere = textIn(await ask("GET", "/me", { token: await partner.token({ sub: "job" }) }), "id");
    assert.equal(new Set([person, client, elsewhere]).size, 3);
    assert.equal(await idOf({ sub: "job", client_id: "web" }), person, "the control");
  });

  test("links nobody by an address: not to an account with a password, and not two subjects", async (t) => {
    const { idOf, auth, account } = await open(t, kind);
    const own = await account("alice");
    const email = own.email;
    const first = await idOf({ email, email_verified: true });
    const second = await idOf({ sub: "mallory", email, email_verified: true });
    assert.equal(new Set([own.id, first, second]).size, 3);
    assert.equal((await auth.accounts.findByEmail(email))?.id, own.id);
    assert.equal((await auth.accounts.find(first))?.email, email);
  });

  test("has the address that the provider verified, and follows its changes; an unverified one does not count", async (t) => {
    const { idOf, auth } = await open(t, kind);
    const id = await idOf({ email: "a@example.com", email_verified: false });
    assert.equal((await auth.accounts.find(id))?.email, undefined);
    await idOf({ email: "a@example.com", email_verified: true });
    assert.equal((await auth.accounts.find(id))?.email, "a@example.com");
    await idOf({ email: "b@example.com", email_verified: true });
    const changed = await auth.accounts.find(id);
    assert.equal(changed?.email, "b@example.com");
    assert.notEqual(changed?.verifiedAt, undefined);
    await idOf();
    assert.equal((await auth.accounts.find(id))?.email, "b@example.com", "a token without an address changes nothing");
  });

  test("links a subject on purpose only, and once", async (t) => {
    const { idOf, auth, account, login, clock } = await open(t, kind);
    const own = await account("alice");
    const subject = { issuer: login.issuer, kind: "user", subject: "alice" } as const;
    await auth.subjects.link(own.id, { ...subject, by: "root" });
    assert.equal(await idOf(), own.id);
    assert.deepEqual(
      (await auth.subjects.of(own.id)).map(({ linkedAt: _at, ...linked }) => linked),
      [{ ...subject, linkedBy: "root" }],
    );
    assert.equal((await auth.subjects.find(subject))?.id, own.id);
    const another = await account("bob");
    await assert.rejects(auth.subjects.link(another.id, subject), { code: "subject_taken" });
    await assert.rejects(auth.subjects.link("11111111-1111-1111-1111-111111111111", { ...subject, subject: "x" }), {
      code: "not_found",
    });
    await assert.rejects(auth.subjects.link(own.id, { ...subject, issuer: "https://a.test#user:b" }), { code: "invalid_input" });
    assert.equal(await auth.subjects.unlink(another.id, subject), false);
    const before = await login.token();
    assert.equal(await auth.subjects.unlink(own.id, subject), true);
    pass(clock);
    const fresh = await idOf();
    assert.notEqual(fresh, own.id);
    assert.ok(before);
  });

  test("refuses the tokens of a subject that was unlinked, so none of them is somebody else from then on", async (t) => {
    const { idOf, auth, account, ask, login, clock } = await open(t, kind);
    const own = await account("alice");
    const subject = { issuer: login.issuer, kind: "user", subject: "alice" } as const;
    await auth.subjects.link(own.id, subject);
    const before = await login.token();
    assert.equal(textIn(await ask("GET", "/me", { token: before }), "id"), own.id);
    await auth.subjects.unlink(own.id, subject);
    assert.equal((await ask("GET", "/me", { token: before })).status, 401);
    pass(clock);
    assert.notEqual(await idOf(), own.id);
  });

  test("signs a token out with the others of its session; tokens of other sessions go on", async (t) => {
    const { ask, login, clock } = await open(t, kind);
    const [first, second, other] = [
      await login.token({ sid: "s1" }),
      await login.token({ sid: "s1" }),
      await login.token({ sid: "s2" }),
    ];
    const status = async (token: string, path = "/me") => (await ask("GET", path, { token })).status;
    assert.deepEqual([await status(first), await status(second), await status(other)], [200, 200, 200]);
    assert.equal((await ask("POST", "/auth/logout", { token: first })).status, 204);
    assert.deepEqual([await status(first), await status(second), await status(other)], [401, 401, 200]);
    assert.equal(await status(second, "/fresh"), 401);
    pass(clock);
    assert.equal(await status(await login.token({ sid: "s1" })), 200, "a token that was issued afterwards");
    assert.equal((await ask("POST", "/auth/logout")).status, 204, "nobody is signed out already");
  });

  test("signs out a token without an id and a session, also if the provider's clock is ahead", async (t) => {
    const { ask, login, clock } = await open(t, kind);
    const ahead = Math.floor(clock.now / 1000) + 3;
    const [plain, early] = [await login.token({ jti: undefined }), await login.token({ iat: ahead })];
    for (const token of [early, plain]) {
      assert.equal((await ask("GET", "/me", { token })).status, 200, "the control");
      assert.equal((await ask("POST", "/auth/logout", { token })).status, 204);
      assert.equal((await ask("GET", "/me", { token })).status, 401);
    }
  });

  test("signs out everywhere: every token until now, whatever its client and session; not somebody else's", async (t) => {
    const { ask, login, clock } = await open(t, kind);
    const mine = [await login.token({ sid: "s1" }), await login.token({ client_id: "mobile", jti: undefined })];
    const [theirs, machine] = [await login.token({ sub: "bob" }), await login.token({ client_id: "alice" })];
    const statuses = () =>
      Promise.all([...mine, theirs, machine].map(async (token) => (await ask("GET", "/me", { token })).status));
    assert.deepEqual(await statuses(), [200, 200, 200, 200]);
    assert.equal((await ask("DELETE", "/auth/sessions", { token: mine[0] })).status, 204);
    assert.deepEqual(await statuses(), [401, 401, 200, 200]);
    pass(clock);
    assert.equal((await ask("GET", "/me", { token: await login.token() })).status, 200);
    const ahead = await login.token({ iat: Math.floor(clock.now / 1000) + 3 });
    assert.equal((await ask("DELETE", "/auth/sessions", { token: ahead })).status, 204);
    assert.equal((await ask("GET", "/me", { token: ahead })).status, 401, "the token that asked, although its clock is ahead");
  });

  test("refuses an account that is disabled, whatever tokens come, until it is enabled", async (t) => {
    const { idOf, me, ask, auth, login, clock, events } = await open(t, kind);
    const before = await login.token();
    const id = await idOf();
    assert.equal((await ask("GET", "/me", { token: before })).status, 200);
    await auth.accounts.disable(id);
    pass(clock);
    for (const token of [before, await login.token(), await login.token({ iat: Math.floor(clock.now / 1000) + 4 })])
      assert.equal((await ask("GET", "/me", { token })).status, 401);
    assert.ok(events.some((event) => "reason" in event && event.reason === "the account is disabled"));
    assert.equal((await me({ client_id: "alice" })).status, 200, "the client of the same name");
    await auth.accounts.enable(id);
    assert.equal((await ask("GET", "/me", { token: before })).status, 401, "everything that ended stays ended");
    assert.equal(await idOf(), id);
  });

  test("remembers a revocation as long as the provider's tokens live, also if the command line writes it", async (t) => {
    const { idOf, ask, login, clock, options } = await open(t, kind);
    const iat = Math.floor(clock.now / 1000);
    const token = await login.token({ exp: iat + 7200 });
    const id = await idOf();
    assert.equal((await ask("GET", "/me", { token })).status, 200);
    // The command line knows no provider, and revokes under its own settings.
    await new Accounts(settingsOf({ ...options, provider: undefined })).endSessions(id, { reason: "ended_by_administrator" });
    const rows = await options.database.run(all(sql("SELECT kind, key, at, expires_at FROM identity_revocations")));
    const entry = rows.find((row) => row["kind"] === "subject" && row["key"] === id);
    assert.ok(Number(entry?.["expires_at"]) - Number(entry?.["at"]) >= 86_400_000);
    assert.equal((await ask("GET", "/fresh", { token })).status, 401);
  });

  test("makes a new account after the old one was deleted, and not for the tokens from before", async (t) => {
    const { idOf, ask, auth, login, clock } = await open(t, kind);
    const [before, unseen] = [await login.token(), await login.token()];
    const id = await idOf();
    assert.equal((await ask("GET", "/me", { token: before })).status, 200);
    assert.equal(await auth.accounts.delete(id), true);
    for (const token of [before, unseen]) assert.equal((await ask("GET", "/me", { token })).status, 401);
    assert.deepEqual(await auth.accounts.list({ limit: 10 }), [], "no account was made for them");
    pass(clock);
    assert.notEqual(await idOf(), id);
    for (const token of [before, unseen])
      assert.equal((await ask("GET", "/me", { token })).status, 401, "nor are they tokens of the new account");
  });

  test("leaves the address of an account that its owner signed in with before, whatever address the provider has", async (t) => {
    const { auth, account, login } = await open(t, kind);
    const own = await account("alice");
    await auth.subjects.link(own.id, { issuer: login.issuer, kind: "user", subject: "alice" });
    const api = createApi({
      title: "t",
      version: "1",
      audit: () => {},
      routes: [get("/", { deps: { user: auth.withEmail(auth.signedInUser) } }, ({ user }) => user.verifiedEmail ?? "none")],
    });
    const ask = async (changes: TokenMembers) => {
      const headers = { authorization: `Bearer ${await login.token({ email_verified: true, ...changes })}` };
      return (await api.fetch(new Request("https://as.test/", { headers }))).text();
    };
    assert.equal(await ask({ email: "other@example.com" }), '"none"', "nobody has confirmed the address of the account");
    assert.equal((await auth.accounts.find(own.id))?.email, own.email);
    await ask({ sub: "bob", email: "bob@example.com" });
    assert.equal(await ask({ sub: "bob", email: "new@example.com" }), '"new@example.com"', "the control");
  });

  test("keeps API keys and service accounts, and makes a key only for a token with the scope `account`", async (t) => {
    const { ask, login, clock, idOf } = await open(t, kind);
    const id = await idOf();
    const wanted = { name: "k", scopes: ["notes:read"] };
    const now = Math.floor(clock.now / 1000);
    const ofThirdParty = await login.token({ auth_time: now });
    assert.equal(codeOf(await ask("POST", "/auth/api-keys", { token: ofThirdParty, json: wanted })), "insufficient_scope");
    const scope = "notes:read account";
    const old = await login.token({ scope, auth_time: now - 3600 });
    for (const [path, json] of [
      ["/auth/api-keys", wanted],
      ["/auth/account/deactivate", {}],
    ] as const) {
      const challenged = await ask("POST", path, { token: old, json });
      assert.equal(challenged.status, 401);
      assert.equal(codeOf(challenged), "insufficient_user_authentication");
      assert.match(challenged.headers.get("www-authenticate") ?? "", /max_age="600"/);
    }
    assert.equal((await ask("GET", "/auth/api-keys", { token: old })).status, 200, "reading needs no recent sign-in");
    const made = await ask("POST", "/auth/api-keys", { token: await login.token({ scope, auth_time: now }), json: wanted });
    assert.equal(made.status, 201, made.text);
    assert.equal((await ask("GET", "/me", { key: textIn(made, "key") })).status, 403, "a route that demands no scope");
    const notes = await ask("GET", "/notes", { key: textIn(made, "key") });
    assert.equal(notes.status, 200, notes.text);
    assert.equal(textIn(notes, "id"), id);
  });

  test("lets nobody who acts as a user make keys, read or close the account (Z-19)", async (t) => {
    const { ask, login, clock } = await open(t, kind);
    const now = Math.floor(clock.now / 1000);
    const own = { scope: "notes:read account", auth_time: now };
    const wanted = { name: "k", scopes: ["notes:read"] };
    const [token, acting] = [await login.token(own), await login.token({ ...own, act: { sub: "admin" } })];
    assert.equal((await ask("GET", "/notes", { token: acting })).status, 200, "the control: acting is allowed");
    assert.equal((await ask("POST", "/auth/api-keys", { token: acting, json: wanted })).status, 403);
    assert.equal((await ask("GET", "/auth/account", { token: acting })).status, 403);
    assert.equal((await ask("POST", "/auth/account/delete", { token: acting })).status, 403);
    assert.equal((await ask("POST", "/auth/api-keys", { token, json: wanted })).status, 201, "the control: in person");
  });

  test("makes a service of a client's own token, and of no person's", async (t) => {
    const { ask, login } = await open(t, kind);
    const service = await ask("GET", "/service", { token: await login.token({ sub: "job", client_id: "job" }) });
    assert.equal(service.status, 200, service.text);
    assert.equal(textIn(service, "name"), "job");
    assert.equal((await ask("GET", "/service", { token: await login.token() })).status, 403);
  });

  test("has no routes for passwords, sign-in and tokens of its own, and refuses the cookie and the tokens of before", async (t) => {
    const { ask, api, login } = await open(t, kind);
    const paths = api.routes.map(({ template }) => template);
    for (const path of ["/auth/token", "/auth/session", "/auth/register", "/auth/password", "/.well-known/jwks.json"])
      assert.ok(!paths.includes(path), path);
    assert.equal((await ask("GET", "/me", { cookie: "__Host-session=x" })).status, 401);
    assert.equal((await ask("GET", "/me", { token: await login.token({ iss: "https://as.test" }) })).status, 401);
  });

  test("asks for the scopes of the token, and has the routes for administrators that are left", async (t) => {
    const { ask, login, idOf, administrators, auth, clock } = await open(t, kind);
    assert.equal((await ask("GET", "/notes", { token: await login.token({ scope: "profile" }) })).status, 403);
    const [admin, bob] = [await idOf(), await idOf({ sub: "bob" })];
    const token = await login.token();
    assert.equal((await ask("GET", "/auth/accounts", { token })).status, 403);
    administrators.add(admin);
    assert.equal((await ask("GET", "/auth/accounts", { token })).status, 200);
    const theirs = await login.token({ sub: "bob" });
    assert.equal((await ask("DELETE", `/auth/accounts/${bob}/sessions`, { token })).status, 204);
    assert.equal((await ask("GET", "/me", { token: theirs })).status, 401, "tokens of the provider end, too");
    pass(clock);
    assert.equal((await ask("GET", "/me", { token: await login.token({ sub: "bob" }) })).status, 200);
    assert.equal((await ask("POST", `/auth/accounts/${bob}/disable`, { token })).status, 204);
    assert.notEqual((await auth.accounts.find(bob))?.disabledAt, undefined);
  });

  test("refuses a token that another key signed, of a stranger and of the other issuer, and makes no account for it", async (t) => {
    const { ask, auth, login, partner } = await open(t, kind);
    const forged = await new TestProvider(new TestClock()).token({ iss: login.issuer });
    assert.equal((await ask("GET", "/me", { token: forged })).status, 401);
    assert.equal((await ask("GET", "/me", { token: await partner.token({ iss: login.issuer }) })).status, 401);
    assert.deepEqual(await auth.accounts.list({ limit: 10 }), []);
    assert.equal((await ask("GET", "/me", { token: await partner.token() })).status, 200, "the control");
  });
});
