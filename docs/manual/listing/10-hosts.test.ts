import assert from "node:assert/strict";
import { test } from "node:test";
import { fastify } from "fastify";
import { BuildError } from "lockstep";
import { lockstep } from "lockstep/fastify";
import { api } from "./09-documentation.ts";
import worker from "./10-hosts/fetch.ts";
import { app } from "./10-hosts/plugin.ts";
import { server } from "./10-hosts/server.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const authorization = `Bearer ${await tokenOf("alice")}`;

test("a server of its own answers with the API", async () => {
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  const response = await fetch(`${address}/me`, { headers: { authorization } });
  assert.deepEqual([response.status, await response.json()], [200, { id: "alice" }]);
  await server.close();
});

test("a plugin answers under its prefix, beside the other routes", async () => {
  await app.ready();
  assert.equal((await app.inject("/metrics")).body, "requests_total 0");
  assert.equal((await app.inject("/api/me")).statusCode, 401);
  assert.equal((await app.inject({ url: "/api/me", headers: { authorization } })).statusCode, 200);
  await app.close();
});

test("a route beside the API that nobody declared does not start", async () => {
  const undeclared = fastify();
  undeclared.get("/metrics", () => "requests_total 0");
  await undeclared.register(lockstep(api), { prefix: "/api" });
  await assert.rejects(
    async () => undeclared.ready(),
    (error: unknown) => error instanceof BuildError && error.code === "foreign_route" && error.message.includes("GET /metrics"),
  );
});

test("a fetch runtime calls the same API", async () => {
  assert.equal(await outcome(worker, "GET /me"), "401 unauthenticated");
  assert.deepEqual((await ask(worker, "GET /me", { headers: { authorization } })).body, { id: "alice" });
});
