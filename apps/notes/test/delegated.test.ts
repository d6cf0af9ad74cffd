/** The notes API with a provider instead of embedded identity: the same routes, another environment, a real provider. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { jobClient } from "../delegated/provider.ts";
import { type Delegated, freePort, openProvider, variablesOf } from "./delegated.fixture.ts";
import { issuer, type Notes, startNotes } from "./notes.fixture.ts";

async function open(t: TestContext): Promise<Notes & Delegated> {
  const delegated = await openProvider(t, issuer);
  return { ...(await startNotes(t, "fetch", { env: delegated.env })), ...delegated };
}

test("people who sign in at the provider have notes of their own, and a program is somebody else", async (t) => {
  const { ask, tokenOf, programToken } = await open(t);
  const [alice, bob, program] = [await tokenOf("alice"), await tokenOf("bob"), await programToken()];
  const namesake = await tokenOf(jobClient.id);
  const made = await ask("POST", "/notes", { token: alice, json: { text: "mine" } });
  assert.equal(made.status, 201, made.text);
  const path = `/notes/${String(made.body["id"])}`;
  assert.equal((await ask("GET", path, { token: alice })).status, 200);
  for (const token of [bob, program, namesake]) {
    assert.equal((await ask("GET", path, { token })).status, 404);
    assert.deepEqual((await ask("GET", "/notes", { token })).body["items"], []);
  }
  const ids = await Promise.all(
    [alice, bob, program, namesake].map(async (token) => (await ask("GET", "/me", { token })).body["id"]),
  );
  assert.equal(new Set(ids).size, 4);
  const anonymous = await ask("GET", "/notes");
  assert.equal(anonymous.status, 401);
  assert.match(anonymous.headers.get("www-authenticate") ?? "", /^Bearer/);
});

test("a person with a password and a person at the provider are two, until an operator links them", async (t) => {
  const { ask, tokenOf, auth, provider, alice, store } = await open(t);
  await store.notes.add(alice.id, "from before");
  const token = await tokenOf("alice");
  assert.notEqual((await ask("GET", "/me", { token })).body["id"], alice.id);
  await auth.subjects.link(alice.id, { issuer: provider.issuer, kind: "user", subject: "a.smith", by: "operator" });
  const linked = await tokenOf("a.smith");
  assert.equal((await ask("GET", "/me", { token: linked })).body["id"], alice.id);
  const items = (await ask("GET", "/notes", { token: linked })).body["items"];
  assert.match(JSON.stringify(items), /from before/);
});

test("signing out, the application's own flag, disabling and administration work as before", async (t) => {
  const { ask, tokenOf, store } = await open(t);
  const [admin, bob, other] = [await tokenOf("root"), await tokenOf("bob"), await tokenOf("bob")];
  const idOf = async (token: string) => String((await ask("GET", "/me", { token })).body["id"]);
  const [adminId, bobId] = [await idOf(admin), await idOf(bob)];
  assert.equal((await ask("GET", "/admin/users", { token: admin })).status, 403);
  await store.profiles.update(adminId, { role: "admin" });
  assert.equal((await ask("GET", "/admin/users", { token: admin })).status, 200);

  assert.equal((await ask("POST", "/auth/logout", { token: bob })).status, 204);
  assert.equal((await ask("GET", "/notes", { token: bob })).status, 401);
  assert.equal((await ask("GET", "/notes", { token: other })).status, 200, "another sign-in");

  await ask("PATCH", `/admin/users/${bobId}`, { token: admin, json: { isActive: false } });
  assert.equal((await ask("GET", "/private", { token: other })).status, 403);
  assert.equal((await ask("GET", "/me", { token: other })).status, 200);
  assert.equal((await ask("POST", `/auth/accounts/${bobId}/disable`, { token: admin })).status, 204);
  for (const token of [other, await tokenOf("bob")]) assert.equal((await ask("GET", "/me", { token })).status, 401);
});

test("a scope that the token does not have is 403, and a token for another API is 401", async (t) => {
  const { ask, tokenOf, env } = await open(t);
  const reader = await tokenOf("alice", "openid notes:read");
  assert.equal((await ask("GET", "/notes", { token: reader })).status, 200);
  const refused = await ask("POST", "/notes", { token: reader, json: { text: "x" } });
  assert.equal(refused.status, 403);
  assert.match(refused.headers.get("www-authenticate") ?? "", /error="insufficient_scope".*notes:write/);
  const elsewhere = await startNotes(t, "fetch", { env: { ...env, AUTH_AUDIENCE: "https://other.test" } });
  assert.equal((await elsewhere.ask("GET", "/me", { token: reader })).status, 401);
});

test("the API starts while the provider is down, answers 503 with Retry-After, and goes on with API keys", async (t) => {
  const port = await freePort();
  const env = variablesOf(`http://127.0.0.1:${port}`, issuer);
  const { ask, apiKey } = await startNotes(t, "fetch", { env });
  // The form of a token is enough: nobody can say whether it verifies.
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: env["AUTH_ISSUER"], aud: issuer, sub: "x", iat: now, exp: now + 600 };
  const token = `${part({ alg: "ES256", typ: "at+jwt", kid: "k" })}.${part(claims)}.${"A".repeat(86)}`;
  const answer = await ask("GET", "/notes", { token });
  assert.equal(answer.status, 503, answer.text);
  assert.ok(Number(answer.headers.get("retry-after")) > 0);
  assert.equal((await ask("GET", "/v1/data", { key: apiKey })).status, 200, "an API key");
  assert.equal((await ask("GET", "/public")).status, 200);
});

test("the document names the provider, and no route of embedded sign-in", async (t) => {
  const { api, provider } = await open(t);
  const document = JSON.stringify(api.openapi());
  assert.ok(document.includes(`${provider.issuer}/.well-known/openid-configuration`));
  const embedded = JSON.stringify((await startNotes(t)).api.openapi());
  for (const gone of ['"/auth/token"', '"/auth/session"', '"/auth/register"', "OAuth2PasswordBearer", '"in":"cookie"']) {
    assert.ok(embedded.includes(gone), `the control: ${gone}`);
    assert.ok(!document.includes(gone), gone);
  }
});
