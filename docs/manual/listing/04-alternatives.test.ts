import assert from "node:assert/strict";
import { test } from "node:test";
import { anyOf, apiKeyHeader, authenticate, BuildError, createApi, get } from "lockstep";
import { api, apiClient, demoKey } from "./04-alternatives.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

test("the feed accepts either credential, and the handler knows which one was used", async () => {
  // #region anyOf
  const headers = { "x-api-key": demoKey };

  assert.deepEqual((await ask(api, "GET /feed", { token: tokenOf("alice") })).body, "Feed of alice@example.com");
  assert.deepEqual((await ask(api, "GET /feed", { headers })).body, "Feed for Nightly export");

  // The token is present and invalid, so the answer is 401. The valid key is not tried.
  assert.equal(await outcome(api, "GET /feed", { token: "made-up", headers }), "401 invalid_token");
  // #endregion
});

test("firstOf() returns a note to its owner and to an administrator", async () => {
  // #region firstOf
  const note = "/notes/7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c"; // Alice's

  assert.equal(await outcome(api, `GET ${note}`, { token: tokenOf("alice") }), "200"); // her own note
  assert.equal(await outcome(api, `GET ${note}`, { token: tokenOf("carol") }), "200"); // an administrator
  assert.equal(await outcome(api, `GET ${note}`, { token: tokenOf("bob") }), "404 not_found"); // neither
  // #endregion
});

test("an API with two branches that read the same header does not start", () => {
  const other = authenticate({ key: apiKeyHeader({ name: "X-API-Key", schemeName: "Other" }) }, () => ({ id: "other" }));
  const routes = [get("/", { deps: { caller: anyOf({ client: apiClient, other }) } }, () => "Ok")];
  assert.throws(
    () => createApi({ title: "t", version: "1", routes }),
    (error: unknown) => error instanceof BuildError && error.code === "dead_branch",
  );
});

test("a request without a credential gets a challenge for each branch", async () => {
  const { status, headers } = await ask(api, "GET /feed");
  assert.equal(status, 401);
  assert.match(headers.get("www-authenticate") ?? "", /^Bearer .*ApiKey /);
});

test("optional() accepts a request without a credential and refuses an invalid one", async () => {
  assert.deepEqual((await ask(api, "GET /welcome")).body, "Hello, stranger");
  assert.deepEqual((await ask(api, "GET /welcome", { token: tokenOf("alice") })).body, "Hello, alice@example.com");
  assert.equal(await outcome(api, "GET /welcome", { token: "made-up" }), "401 invalid_token");
});

test("a route with two credentials in one record needs both", async () => {
  const headers = { "x-api-key": demoKey };
  assert.equal(await outcome(api, "GET /export", { token: tokenOf("alice"), headers }), "200");
  assert.equal(await outcome(api, "GET /export", { token: tokenOf("alice") }), "401 unauthenticated");
  assert.equal(await outcome(api, "GET /export", { headers }), "401 unauthenticated");
});

test("the document describes OR, AND and optional credentials", () => {
  // #region openapi
  const { paths } = api.openapi();

  assert.deepEqual(paths["/feed"]?.get?.security, [{ OAuth2PasswordBearer: [] }, { APIKeyHeader: [] }]);
  assert.deepEqual(paths["/export"]?.get?.security, [{ OAuth2PasswordBearer: [], APIKeyHeader: [] }]);
  assert.deepEqual(paths["/welcome"]?.get?.security, [{ OAuth2PasswordBearer: [] }, {}]);
  assert.deepEqual(paths["/status"]?.get?.security, [
    { OAuth2PasswordBearer: [], MutualTLS: [] },
    { APIKeyHeader: [], MutualTLS: [] },
  ]);
  // #endregion
});
