import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, demoKey } from "./main.ts";

const headers = { "x-api-key": demoKey };

test("every route of the group needs the key, and no other route does", async () => {
  assert.deepEqual((await ask(api, "GET /v1/me", { headers })).body, { client: "Example Ltd" });
  for (const route of ["GET /v1/me", "GET /v1/data", "POST /v1/data"]) {
    assert.equal(await outcome(api, route), "401 unauthenticated");
    assert.equal(await outcome(api, route, { headers: { "x-api-key": "guess" } }), "401 invalid_token");
  }
  assert.equal(await outcome(api, "GET /health"), "200");
});

test("a key grants only its own scopes", async () => {
  assert.equal(await outcome(api, "GET /v1/data", { headers }), "200");
  assert.equal(await outcome(api, "POST /v1/data", { headers }), "403 insufficient_scope");
});

test("the document shows a lock on the group's routes only", () => {
  const { paths } = api.openapi();
  assert.deepEqual(paths["/v1/me"]?.get?.security, [{ APIKeyHeader: [] }]);
  assert.deepEqual(paths["/v1/data"]?.post?.security, [{ APIKeyHeader: ["data:write"] }]);
  assert.deepEqual(paths["/health"]?.get?.security, []);
});
