import assert from "node:assert/strict";
import { after, mock, test } from "node:test";
import { Redacted } from "lockstep";
import { api as administration, roleOf } from "./12-administration.ts";
import { api, auth, database } from "./12-identity.ts";
import { ask, outcome } from "./ask.fixture.ts";

const log = mock.method(console, "log", () => {});
after(async () => {
  log.mock.restore();
  await auth.close();
  await database.close();
});

const word = "seventeen purple walruses";
const { id } = await auth.accounts.create({ email: "alice@example.com", password: new Redacted(word) });

async function token(): Promise<string> {
  // #region token
  const form = { grant_type: "password", username: "alice@example.com", password: "seventeen purple walruses" };
  const { body } = await ask(api, "POST /auth/token", { form });

  const { access_token, refresh_token, expires_in } = body as Record<string, string>;
  // #endregion
  assert.deepEqual([typeof refresh_token, expires_in], ["string", 600]);
  return access_token ?? "";
}

test("a token opens only the user's routes", async () => {
  const mine = await token();
  assert.deepEqual((await ask(api, "GET /notes", { token: mine })).body, `notes of ${id}`);
  assert.equal(await outcome(api, "GET /notes"), "401 unauthenticated");
  assert.equal(await outcome(api, "GET /report", { token: mine }), "401 unauthenticated");
});

test("a token that was revoked is refused at once", async () => {
  const mine = await token();
  assert.equal(await outcome(api, "GET /payments", { token: mine }), "200");
  // #region sign-out
  await ask(api, "POST /auth/logout", { token: mine });

  assert.equal(await outcome(api, "GET /notes", { token: mine }), "401 invalid_token");
  // #endregion
});

test("an API key has the scopes that it was given", async () => {
  // #region api-key
  const json = { name: "nightly report", scopes: ["notes:read"], expiresInDays: 30 };
  const { body } = await ask(api, "POST /auth/api-keys", { token: await token(), json });

  const { key } = body as { key: string }; // notes_live_…; the API never shows it again
  assert.deepEqual((await ask(api, "GET /report", { headers: { "x-api-key": key } })).body, "report for nightly report");
  // #endregion
  assert.equal(await outcome(api, "GET /notes", { headers: { "x-api-key": key } }), "200");
  const broader = { ...json, scopes: ["notes:read", "everything"] };
  assert.equal(await outcome(api, "POST /auth/api-keys", { token: await token(), json: broader }), "403 scope_not_held");
});

test("a browser gets a cookie over an encrypted connection only", async () => {
  const form = { username: "alice@example.com", password: word };
  const headers = { "sec-fetch-site": "same-origin" };
  assert.equal(await outcome(api, "POST /auth/session", { form, headers }), "403 insecure_transport");
  assert.equal(await outcome(api, "POST /auth/session", { form }), "403 cross_site");
});

test("the application decides who is an administrator", async () => {
  const mine = await token();
  assert.equal(await outcome(administration, "GET /auth/accounts", { token: mine }), "403 forbidden");
  roleOf.set(id, "admin");
  assert.equal(await outcome(administration, "GET /auth/accounts", { token: mine }), "200");
  assert.equal(await outcome(administration, "GET /openapi.json", { token: mine }), "200");
});
