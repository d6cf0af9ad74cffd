import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore, type RateLimitStore } from "lockstep/rate-limit";
import { limitedApi } from "./23-rate-limits.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const [alice, bob, dave] = await Promise.all([tokenOf("alice"), tokenOf("bob"), tokenOf("dave")]);

// #region test
test("the fourth request of a second is refused, and others are not", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: Date.now() }); // time stands still
  const api = limitedApi(memoryStore());

  const first = await ask(api, "GET /me", { token: alice });
  assert.equal(first.headers.get("ratelimit-policy"), '"address";q=100;w=60, "burst";q=3;w=1, "day";q=10000;w=86400');
  assert.equal(first.headers.get("ratelimit"), '"address";r=99;t=60, "burst";r=2;t=1, "day";r=9999;t=86400');

  assert.equal(await outcome(api, "GET /me", { token: alice }), "200");
  assert.equal(await outcome(api, "GET /me", { token: alice }), "200");
  const { status, headers } = await ask(api, "GET /me", { token: alice });
  assert.equal(status, 429);
  assert.equal(headers.get("retry-after"), "1");
  assert.equal(await outcome(api, "GET /me", { token: bob }), "200"); // has a count of his own

  t.mock.timers.tick(1000);
  assert.equal(await outcome(api, "GET /me", { token: alice }), "200");
});
// #endregion

test("guesses are counted by their address, and refused before a token is verified", async () => {
  const api = limitedApi(memoryStore());
  for (let count = 0; count < 100; count += 1)
    assert.equal(await outcome(api, "GET /me", { token: `guess${count}` }), "401 invalid_token");
  assert.equal(await outcome(api, "GET /me", { token: "guess" }), "429 too_many_requests");
  assert.equal(await outcome(api, "GET /me", { token: alice }), "429 too_many_requests", "she has the same address");
  assert.equal(await outcome(api, "GET /me"), "401 unauthenticated", "a request without a credential costs nothing");
});

test("members of a team share one budget", async () => {
  const api = limitedApi(memoryStore());
  assert.equal(await outcome(api, "GET /export", { token: alice }), "200");
  assert.equal(await outcome(api, "GET /export", { token: dave }), "200");
  assert.equal(await outcome(api, "GET /export", { token: alice }), "429 too_many_requests");
  assert.equal(await outcome(api, "GET /export", { token: bob }), "200");
});

test("if the store is away, a limit refuses, or allows if it says so", async () => {
  // #region away
  const away = (names: readonly string[]): RateLimitStore => {
    const store = memoryStore();
    const spend = async (): Promise<never> => Promise.reject(new Error("connection refused"));
    return { counter: (limit) => (names.some((name) => limit.name.startsWith(`${name}:`)) ? { spend } : store.counter(limit)) };
  };
  assert.equal(await outcome(limitedApi(away(["exports"])), "GET /export", { token: alice }), "200");
  assert.equal(await outcome(limitedApi(away(["principal"])), "GET /export", { token: alice }), "503 unavailable");
  // #endregion
});

test("the document shows the refusal and the headers", () => {
  const operation = limitedApi(memoryStore()).openapi().paths["/me"]?.get;
  assert.ok(operation?.responses?.["429"] !== undefined);
  assert.ok(JSON.stringify(operation.responses["200"]).includes("RateLimit-Policy"));
});
