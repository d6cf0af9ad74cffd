import assert from "node:assert/strict";
import { test } from "node:test";
import { outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, tokens } from "./main.ts";

test("each role has the rights of the roles below it", async () => {
  const { ann: admin, bob: reader } = tokens;
  assert.equal(await outcome(api, "GET /articles", { token: reader }), "200");
  assert.equal(await outcome(api, "GET /drafts", { token: reader }), "403 forbidden");
  assert.equal(await outcome(api, "DELETE /articles", { token: reader }), "403 forbidden");
  assert.equal(await outcome(api, "GET /articles", { token: admin }), "200");
  assert.equal(await outcome(api, "GET /drafts", { token: admin }), "200");
  assert.equal(await outcome(api, "DELETE /articles", { token: admin }), "204");
});

test("an inactive user can sign in, and gets 403 for everything else", async () => {
  assert.equal(await outcome(api, "GET /me", { token: tokens.cid }), "200");
  assert.equal(await outcome(api, "GET /articles", { token: tokens.cid }), "403 forbidden");
});

test("a request without a valid token gets 401", async () => {
  assert.equal(await outcome(api, "GET /articles"), "401 unauthenticated");
  assert.equal(await outcome(api, "GET /articles", { token: "guess" }), "401 invalid_token");
});
