import assert from "node:assert/strict";
import { test } from "node:test";
import { api, demoKey } from "./04-alternatives.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

test("either credential opens the feed, and the handler knows which", async () => {
  // #region anyOf
  const headers = { "x-api-key": demoKey };

  assert.deepEqual((await ask(api, "GET /feed", { token: tokenOf("alice") })).body, { for: "alice@example.com" });
  assert.deepEqual((await ask(api, "GET /feed", { headers })).body, { for: "nightly export" });

  // Present but wrong decides as well: the good key does not help the bad token.
  assert.equal(await outcome(api, "GET /feed", { token: "made-up", headers }), "401 invalid_token");
  // #endregion
});

test("with neither, both are asked for", async () => {
  const { status, headers } = await ask(api, "GET /feed");
  assert.equal(status, 401);
  assert.match(headers.get("www-authenticate") ?? "", /^Bearer .*ApiKey /);
});

test("optional() knows who came, but refuses a bad credential", async () => {
  assert.deepEqual((await ask(api, "GET /welcome")).body, { hello: "stranger" });
  assert.deepEqual((await ask(api, "GET /welcome", { token: tokenOf("alice") })).body, { hello: "alice@example.com" });
  assert.equal(await outcome(api, "GET /welcome", { token: "made-up" }), "401 invalid_token");
});

test("two in one record are both needed", async () => {
  const headers = { "x-api-key": demoKey };
  assert.equal(await outcome(api, "GET /export", { token: tokenOf("alice"), headers }), "200");
  assert.equal(await outcome(api, "GET /export", { token: tokenOf("alice") }), "401 unauthenticated");
  assert.equal(await outcome(api, "GET /export", { headers }), "401 unauthenticated");
});

test("the document says OR, AND and optional as OpenAPI does", () => {
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
