/** The scopes of an account that registered itself: only those that somebody decided to give it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { codeOf, type IdentityApi, type IdentityOverrides, openIdentityApi, password } from "./identity.fixture.ts";
import { describeOnEach, type TestDatabase } from "./store/database.fixture.ts";

/** Opens an application without `scopesOf`, as a program in JavaScript can. */
async function open(t: TestContext, database: TestDatabase, options: IdentityOverrides = {}): Promise<IdentityApi> {
  const undecided = { scopesOf: undefined, ...options } as unknown as IdentityOverrides;
  return openIdentityApi(t, await database.open(t), undecided);
}

async function registered({ ask, linkTo }: IdentityApi): Promise<string> {
  const email = "new@example.com";
  assert.equal((await ask("POST", "/auth/register", { json: { email, password } })).status, 202);
  const token = await linkTo(email);
  assert.equal((await ask("POST", "/auth/verify", { json: { token, password } })).status, 201);
  return email;
}

describeOnEach("an account that registered itself", (database) => {
  test("has no scopes of the application, beside an account that an operator made", async (t) => {
    const app = await open(t, database);
    const email = await registered(app);
    const signIn = async (username: string, scope = "") =>
      app.ask("POST", "/auth/token", { form: { grant_type: "password", username, password, scope } });
    const token = await signIn(email);
    assert.equal(token.body["scope"], "account");
    assert.equal(codeOf(await signIn(email, "notes:read")), "invalid_scope");
    assert.equal((await app.ask("GET", "/notes", { token: String(token.body["access_token"]) })).status, 403);
    const alice = await app.account("alice");
    assert.equal((await signIn(alice.email)).body["scope"], "notes:read notes:write account");
  });

  test("has the default scopes, and no others, if there are some", async (t) => {
    const app = await open(t, database, { defaultScopes: ["notes:read"] });
    const email = await registered(app);
    const form = { grant_type: "password", username: email, password };
    const token = String((await app.ask("POST", "/auth/token", { form })).body["access_token"]);
    assert.equal((await app.ask("GET", "/notes", { token })).status, 200);
    assert.equal((await app.ask("POST", "/notes", { token })).status, 403);
    const wanted = { name: "k", scopes: ["notes:write"] };
    assert.equal(codeOf(await app.ask("POST", "/auth/api-keys", { token, json: wanted })), "scope_not_held");
  });

  test("is known as such to `scopesOf`, which decides alone", async (t) => {
    const app = await open(t, database, { scopesOf: ({ isSelfRegistered }) => (isSelfRegistered ? ["notes:write"] : []) });
    const email = await registered(app);
    const form = { grant_type: "password", username: email, password };
    assert.equal((await app.ask("POST", "/auth/token", { form })).body["scope"], "notes:write account");
  });
});
