import assert from "node:assert/strict";
import { test } from "node:test";
import { BuildError, createApi, get } from "lockstep";
import { currentUser } from "./02-roles-and-scopes.ts";
import { demoKey } from "./04-alternatives.ts";
import { api, maintenance, partners, shopApi } from "./05-router-level-access.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

test("a group's guard runs before each of its routes", async () => {
  const headers = { "x-api-key": demoKey };
  assert.deepEqual((await ask(partners, "GET /v1/data", { headers })).body, { data: "Nightly export" });
  assert.equal(await outcome(partners, "POST /v1/events", { headers }), "202");
  assert.equal(await outcome(partners, "GET /v1/data"), "401 unauthenticated");
  assert.equal(await outcome(partners, "POST /v1/events", { headers: { "x-api-key": "wrong" } }), "401 invalid_token");
});

test("a route of a group has the group's dependencies and its own", async () => {
  assert.deepEqual((await ask(partners, "GET /admin/me", { token: tokenOf("carol") })).body, "carol@example.com");
  assert.equal(await outcome(partners, "DELETE /admin/cache", { token: tokenOf("carol") }), "204");
  assert.equal(await outcome(partners, "DELETE /admin/cache", { token: tokenOf("alice") }), "403 forbidden");
});

test("the document shows the group's access and tags with each route", () => {
  const operation = partners.openapi().paths["/v1/data"]?.get;
  assert.deepEqual(operation?.security, [{ APIKeyHeader: [] }]);
  assert.deepEqual(operation?.tags, ["API v1"]);
});

test("an API's guard runs before every route", async () => {
  const headers = { "x-terms": "2025-06" };
  for (const route of ["GET /me", "POST /notes", "DELETE /notes/7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c"]) {
    assert.match(await outcome(api, route, { token: tokenOf("alice"), headers }), /^20[014]$/);
    assert.equal(await outcome(api, route, { token: tokenOf("alice") }), "403 forbidden");
  }
});

test("a group's dependency runs before inputs are validated and objects are loaded", async () => {
  const note = "GET /shop/notes/7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c";
  assert.equal(await outcome(shopApi, note, { token: tokenOf("alice") }), "200");
  maintenance.isOn = true;
  assert.equal(await outcome(shopApi, note, { token: tokenOf("alice") }), "503 maintenance");
  assert.equal(await outcome(shopApi, `${note}0`, { token: tokenOf("alice") }), "503 maintenance");
  maintenance.isOn = false;
});

test("an API with an authenticating guard and a public route does not start", () => {
  const routes = [get("/health", { public: "probe" }, () => "Ok")];
  assert.equal(createApi({ title: "t", version: "1", routes }).routes.length, 1);
  assert.throws(
    () => createApi({ title: "t", version: "1", guard: currentUser, routes }),
    (error: unknown) => error instanceof BuildError && error.code === "public_and_authenticated",
  );
});
