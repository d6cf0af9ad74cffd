import assert from "node:assert/strict";
import { test } from "node:test";
import { outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, tokens } from "./main.ts";

test("each role has the rights of those below it", async () => {
  const { ann: admin, bob: reader } = tokens;
  assert.equal(await outcome(api, "GET /articles", { token: reader }), "200");
  assert.equal(await outcome(api, "GET /drafts", { token: reader }), "403 forbidden");
  assert.equal(await outcome(api, "DELETE /articles", { token: reader }), "403 forbidden");
  assert.equal(await outcome(api, "GET /articles", { token: admin }), "200");
  assert.equal(await outcome(api, "GET /drafts", { token: admin }), "200");
  assert.equal(await outcome(api, "DELETE /articles", { token: admin }), "204");
});

test("who is not active is known, and may do nothing", async () => {
  assert.equal(await outcome(api, "GET /me", { token: tokens.cid }), "200");
  assert.equal(await outcome(api, "GET /articles", { token: tokens.cid }), "403 forbidden");
});

test("a stranger is asked who they are", async () => {
  assert.equal(await outcome(api, "GET /articles"), "401 unauthenticated");
  assert.equal(await outcome(api, "GET /articles", { token: "guess" }), "401 invalid_token");
});
