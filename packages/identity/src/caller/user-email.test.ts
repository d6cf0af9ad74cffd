import assert from "node:assert/strict";
import { test } from "node:test";
import { anyScope, createApi, type Dependency, get, path, scopes, unchecked } from "lockstep";
import { z } from "zod";
import {
  type Answer,
  answerOf,
  type Ask,
  type IdentityApi,
  openIdentityApi,
  password,
  requestOf,
  textIn,
} from "../identity.fixture.ts";
import type { User } from "../principal/principal.ts";
import { describeOnEach } from "../store/database.fixture.ts";

/** An API whose only routes return the user with the address, and a way to ask it. */
function greeting({ auth, clock }: IdentityApi): (at: string, ask: Ask) => Promise<Answer> {
  const api = createApi({
    title: "Greeting",
    version: "1",
    clock: clock.read,
    audit: () => {},
    routes: [
      get(
        "/hello",
        { deps: { user: scopes(auth.withEmail(auth.currentUser), "notes:read") }, response: unchecked("a test") },
        ({ user }) => ({ ...user, verifiedEmail: user.verifiedEmail ?? "none" }),
      ),
      get(
        "/fresh",
        { deps: { user: anyScope(auth.withEmail(auth.freshUser), "a test") }, response: unchecked("a test") },
        ({ user: { verifiedEmail = "none" } }) => ({ verifiedEmail }),
      ),
    ],
  });
  return async (at, ask) => answerOf(await api.fetch(new Request(`https://as.test${at}`, requestOf("GET", ask))));
}

/** Makes an account whose address was confirmed by a link. */
async function confirmed({ ask, linkTo, auth }: IdentityApi, email: string) {
  await ask("POST", "/auth/register", { json: { email, password } });
  const json = { token: await linkTo(email), password };
  const id = textIn(await ask("POST", "/auth/verify", { json }), "id");
  return (await auth.accounts.find(id)) ?? assert.fail("no account");
}

describeOnEach("withEmail()", (kind) => {
  test("adds the confirmed address for a token, a session and a key, with one statement for each request", async (t) => {
    const database = await kind.open(t);
    const run = t.mock.method(database, "run");
    const app = await openIdentityApi(t, database);
    const hello = greeting(app);
    const ada = await confirmed(app, "Ada@example.com");
    const { access: token } = await app.signIn(ada);
    const cookie = await app.session(ada);
    const made = await app.ask("POST", "/auth/api-keys", { token, json: { name: "k", scopes: ["notes:read"] } });
    for (const ask of [{ token }, { cookie }, { key: textIn(made, "key") }]) {
      const before = run.mock.callCount();
      const answer = await hello("/hello", ask);
      assert.equal(run.mock.callCount() - before, 1, Object.keys(ask)[0]);
      assert.deepEqual([answer.status, answer.body["verifiedEmail"], answer.body["id"]], [200, "Ada@example.com", ada.id]);
    }
    assert.equal((await hello("/fresh", { token })).body["verifiedEmail"], "Ada@example.com");
    assert.equal((await hello("/hello", {})).status, 401);
  });

  test("adds no address that nobody has confirmed", async (t) => {
    const app = await openIdentityApi(t, await kind.open(t));
    const hello = greeting(app);
    const bob = await app.account("bob");
    const { access: token } = await app.signIn(bob);
    const made = await app.ask("POST", "/auth/api-keys", { token, json: { name: "k", scopes: ["notes:read"] } });
    for (const ask of [{ token }, { cookie: await app.session(bob) }, { key: textIn(made, "key") }]) {
      assert.equal((await hello("/hello", ask)).body["verifiedEmail"], "none", Object.keys(ask)[0]);
    }
  });

  test("follows a change of the address at once, because no token contains it", async (t) => {
    const app = await openIdentityApi(t, await kind.open(t));
    const hello = greeting(app);
    const ada = await confirmed(app, "ada@example.com");
    const { access: token } = await app.signIn(ada);
    assert.ok(
      !Buffer.from(token.split(".")[1] ?? "", "base64url")
        .toString()
        .includes("@"),
    );
    assert.equal((await app.ask("POST", "/auth/email", { token, json: { email: "new@example.com" } })).status, 202);
    const json = { token: await app.linkTo("new@example.com"), password };
    assert.equal((await app.ask("POST", "/auth/verify", { json })).status, 200);
    assert.equal((await hello("/hello", { token })).body["verifiedEmail"], "new@example.com");
  });

  test("asks for the scopes that the user below asks for, and refuses a dependency that does not authenticate", async (t) => {
    const app = await openIdentityApi(t, await kind.open(t));
    const { auth } = app;
    const ada = await confirmed(app, "ada@example.com");
    const narrow = (await app.signIn(ada, { scope: "notes:write" })).access;
    assert.equal((await greeting(app)("/hello", { token: narrow })).status, 403);
    const id = path("id", z.string()) as unknown as Dependency<User, "authenticated">;
    assert.throws(() => auth.withEmail(id), { code: "wrong_dependency" });
  });
});
