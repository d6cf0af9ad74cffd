import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, apiKey, sessionId } from "./main.ts";

const cookie = `__Host-session=${sessionId}`;

test("the feed accepts a person and a program", async () => {
  assert.deepEqual((await ask(api, "GET /feed", { headers: { cookie } })).body, { for: "ann@example.com" });
  assert.deepEqual((await ask(api, "GET /feed", { headers: { "x-api-key": apiKey } })).body, { for: "nightly export" });
  assert.equal(await outcome(api, "GET /feed"), "401 unauthenticated");
});

test("an API key is used before a cookie that the browser attaches", async () => {
  assert.deepEqual((await ask(api, "GET /feed", { headers: { cookie, "x-api-key": apiKey } })).body, { for: "nightly export" });
  assert.equal(await outcome(api, "GET /feed", { headers: { cookie, "x-api-key": "guess" } }), "401 invalid_token");
});

test("another site cannot use the cookie", async () => {
  const from = (site: string) => ({ headers: { cookie, "sec-fetch-site": site } });
  assert.equal(await outcome(api, "POST /feed/refresh", from("same-origin")), "202");
  assert.equal(await outcome(api, "POST /feed/refresh", from("cross-site")), "403 cross_site");
  const headers = { "x-api-key": apiKey, "sec-fetch-site": "cross-site" };
  assert.equal(await outcome(api, "POST /feed/refresh", { headers }), "202");
});

test("the start page greets a user by address, and strangers, too", async () => {
  assert.equal((await ask(api, "GET /")).body, "Hello stranger");
  assert.equal((await ask(api, "GET /", { headers: { cookie } })).body, "Hello ann@example.com");
  assert.equal(await outcome(api, "GET /", { headers: { cookie: "__Host-session=ended" } }), "401 invalid_token");
});
