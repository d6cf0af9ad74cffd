import assert from "node:assert/strict";
import { test } from "node:test";
import { application, token } from "./main.ts";
import "../../docs/manual/listing/ask.fixture.ts";

const authorization = `Bearer ${token}`;

test("the API answers under its prefix, with its guards", async () => {
  const app = await application();
  assert.equal((await app.inject("/api/me")).statusCode, 401);
  assert.deepEqual((await app.inject({ url: "/api/me", headers: { authorization } })).json(), { id: "ann" });
  const sent = await app.inject({ method: "POST", url: "/api/echo", headers: { authorization }, payload: { text: "hi" } });
  assert.deepEqual(sent.json(), { text: "hi" });
  assert.equal((await app.inject("/api/none")).statusCode, 404);
  assert.equal((await app.inject({ method: "DELETE", url: "/api/me" })).statusCode, 405);
  await app.close();
});

test("the application's own routes do not change", async () => {
  const app = await application();
  assert.equal((await app.inject("/metrics")).body, "requests_total 0");
  const legacy = await app.inject({ method: "POST", url: "/legacy", payload: { any: "thing" } });
  assert.deepEqual(legacy.json(), { youSent: { any: "thing" } });
  await app.close();
});

test("an application with an unnamed route does not start", async () => {
  const app = await application();
  app.get("/debug", () => "everything");
  await assert.rejects(async () => app.ready(), /name them in \{ foreign: \["GET \/debug"\] \}/);
});
