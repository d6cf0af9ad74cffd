import assert from "node:assert/strict";
import { test } from "node:test";
import { fastify } from "fastify";
import { lockstep } from "lockstep/fastify";
import { api } from "./26-one-endpoint.ts";
import { app } from "./28-coming-from-fastify.ts";
import { tokenOf } from "./setting.ts";

const url = "/v2/notes/7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c";

test("old and new routes are in one application", async (t) => {
  t.after(() => app.close());
  const headers = { authorization: `Bearer ${await tokenOf("alice")}` };
  assert.equal((await app.inject("/v1/notes/1")).body, "an old route");
  const payload = { text: "new" };
  assert.equal((await app.inject({ method: "PATCH", url, headers, payload })).statusCode, 200);
  assert.equal((await app.inject({ method: "PATCH", url, payload })).statusCode, 401);
});

test("an old route that nobody declared does not start", async () => {
  const undeclared = fastify();
  undeclared.get("/v1/notes/:id", () => "an old route");
  await undeclared.register(lockstep(api), { prefix: "/v2" });
  await assert.rejects(async () => undeclared.ready(), { code: "foreign_route" });
});
