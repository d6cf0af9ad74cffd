import assert from "node:assert/strict";
import { test } from "node:test";
import { fastifyServer } from "lockstep/fastify";
import { api, database, life, log, server, shutDown } from "./25-deployment.ts";
import worker, { handlerOf } from "./25-deployment-worker.ts";
import { outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const headers = { authorization: `Bearer ${await tokenOf("alice")}` };

test("a proxy that is trusted says who the client is, and one that is not is ignored", async () => {
  const client = async (trustedProxies: number) => {
    const behind = fastifyServer(api, { trustedProxies });
    try {
      const url = `${await behind.listen({ host: "127.0.0.1", port: 0 })}/me/device`;
      // The client made up the first entry. The proxy added the second.
      const forwarded = { "x-forwarded-for": "198.51.100.1, 203.0.113.7", "x-forwarded-proto": "https" };
      const response = await fetch(url, { headers: { ...headers, ...forwarded } });
      return [await response.json(), response.headers.get("strict-transport-security")];
    } finally {
      await behind.close();
    }
  };
  const hsts = "max-age=31536000; includeSubDomains";
  assert.deepEqual(await client(1), [{ address: "203.0.113.7", secure: true }, hsts]);
  assert.deepEqual(await client(0), [{ address: "127.0.0.1", secure: false }, null]);
  assert.deepEqual(await client(2), [{ address: "198.51.100.1", secure: true }, hsts], "too many: the client chooses");
});

test("a process is alive without its database, and not ready", async (t) => {
  t.after(() => void (database.isUp = true));
  assert.equal(await outcome(api, "GET /health/ready"), "200");
  database.isUp = false;
  // #region probes
  assert.equal(await outcome(api, "GET /health/live"), "200");
  assert.equal(await outcome(api, "GET /health/ready"), "503 unavailable");
  // #endregion
});

test("a worker goes on until the work after an answer has ended", async () => {
  for (const [address, fetch] of [
    ["cf-connecting-ip", worker.fetch],
    ["x-real-ip", undefined],
  ] as const) {
    log.length = 0;
    const held: Promise<void>[] = [];
    const hold = (work: Promise<void>): void => void held.push(work);
    const request = new Request("https://notes.example/me/greeting", {
      method: "POST",
      headers: { ...headers, [address]: "203.0.113.7" },
    });
    const answer = fetch === undefined ? handlerOf(hold)(request) : fetch(request, {}, { waitUntil: hold });
    assert.equal((await answer).status, 202);
    assert.deepEqual(log, [], "the answer did not wait");
    await Promise.all(held);
    assert.deepEqual(log, ["greeted alice@example.com"]);
  }
});

test("a shutdown refuses new work, finishes the rest, and closes the pool last", async () => {
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  log.length = 0;
  assert.equal((await fetch(`${url}/me/greeting`, { method: "POST", headers })).status, 202);
  const ended = shutDown(0);
  assert.equal(life.isEnding, true);
  assert.equal(await outcome(api, "GET /health/ready"), "503 unavailable");
  await ended;
  assert.deepEqual(log, ["greeted alice@example.com", "pool closed"]);
  await assert.rejects(fetch(url));
});
