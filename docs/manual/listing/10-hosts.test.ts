import assert from "node:assert/strict";
import { test } from "node:test";
import { once } from "node:events";
import { request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { fastify } from "fastify";
import { BuildError } from "lockstep";
import { lockstep } from "lockstep/fastify";
import { api } from "./09-documentation.ts";
import worker from "./10-hosts/fetch.ts";
import { nodeServer } from "./10-hosts/node.ts";
import { app } from "./10-hosts/plugin.ts";
import { server } from "./10-hosts/server.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const authorization = `Bearer ${await tokenOf("alice")}`;

test("a server of its own serves the API", async () => {
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  const response = await fetch(`${address}/me`, { headers: { authorization } });
  assert.deepEqual([response.status, await response.json()], [200, { id: "alice" }]);
  await server.close();
});

test("a plugin serves the API under its prefix, beside the other routes", async () => {
  await app.ready();
  assert.equal((await app.inject("/metrics")).body, "requests_total 0");
  assert.equal((await app.inject("/api/me")).statusCode, 401);
  assert.equal((await app.inject({ url: "/api/me", headers: { authorization } })).statusCode, 200);
  await app.close();
});

test("an undeclared route beside the API does not start", async () => {
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

test("a host on node:http answers, and asks for an upload only after the guards have passed", async (t) => {
  const node = nodeServer(api).listen(0, "127.0.0.1");
  t.after(async () => {
    node.close();
    node.closeAllConnections();
    await once(node, "close");
  });
  await once(node, "listening");
  const { port } = node.address() as AddressInfo;
  const upload = async (headers: Readonly<Record<string, string>>): Promise<readonly unknown[]> => {
    const path = "/notes/7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c";
    const json = { "content-type": "application/json", expect: "100-continue" };
    const outgoing = send({ host: "127.0.0.1", port, path, method: "PATCH", headers: { ...json, ...headers } });
    let isInvited = false;
    outgoing.on("continue", () => {
      isInvited = true;
      outgoing.end('{"text":"new"}');
    });
    outgoing.flushHeaders();
    const [answer] = await once(outgoing, "response");
    answer.resume();
    outgoing.destroy();
    return [isInvited, answer.statusCode];
  };
  assert.deepEqual(await upload({}), [false, 401]);
  assert.deepEqual(await upload({ authorization: `Bearer ${await tokenOf("alice")}` }), [true, 200]);
  const response = await fetch(`http://127.0.0.1:${port}/me`, { headers: { authorization } });
  assert.deepEqual([response.status, await response.json()], [200, { id: "alice" }]);
});
