import assert from "node:assert/strict";
import { test } from "node:test";
import { api, sign } from "./15-writing-a-scheme.ts";
import { ask, outcome } from "./ask.fixture.ts";

const now = String(Math.floor(Date.now() / 1000));
const good = `Gateway alice.${now}.${sign("alice", now)}`;

test("only a voucher of the gateway opens the route", async () => {
  // #region answers
  assert.equal((await ask(api, "GET /me", { headers: { authorization: good } })).body, "alice");

  const { status, headers } = await ask(api, "GET /me");
  assert.equal(status, 401);
  assert.equal(headers.get("www-authenticate"), 'Gateway realm="Notes"');

  const asBob = good.replace("alice", "bob"); // Alice's signature does not fit
  assert.equal(await outcome(api, "GET /me", { headers: { authorization: asBob } }), "401 invalid_token");
  assert.equal(await outcome(api, "GET /me", { headers: { authorization: "Gateway alice" } }), "401 invalid_token");
  assert.equal(await outcome(api, "GET /me", { headers: { authorization: `${good}, ${good}` } }), "400 repeated_credential");
  // #endregion
});

test("an old voucher is refused although its signature is right, and the challenge says invalid_token", async () => {
  const old = String(Number(now) - 3600);
  const { status, headers } = await ask(api, "GET /me", {
    headers: { authorization: `Gateway alice.${old}.${sign("alice", old)}` },
  });
  assert.deepEqual([status, headers.get("www-authenticate")], [401, 'Gateway realm="Notes", error="invalid_token"']);
});

test("a credential of another scheme is not read", async () => {
  const [, voucher = ""] = good.split(" ");
  assert.equal(await outcome(api, "GET /me", { token: voucher }), "401 unauthenticated");
});

test("the document describes the scheme", () => {
  // #region openapi
  const { components, paths } = api.openapi();

  assert.deepEqual(components?.securitySchemes, {
    Gateway: { type: "http", scheme: "gateway", description: "Set by the gateway." },
  });
  assert.deepEqual(paths["/me"]?.get?.security, [{ Gateway: [] }]);
  // #endregion
});
