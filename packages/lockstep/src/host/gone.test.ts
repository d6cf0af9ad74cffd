/** A client that goes away before its request is carried out: the handler does not run, and what was open is rolled back. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2, type ServerHttp2Stream } from "node:http2";
import { connect } from "node:net";
import { beforeEach, describe, test } from "node:test";
import { fastify } from "fastify";
import { authenticate } from "../access/authenticate.ts";
import { resource } from "../dependency/resource.ts";
import { rawBody } from "../input/raw-body.ts";
import { createApi } from "../api/api.ts";
import { post } from "../route/route.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { fastifyServer, lockstep } from "./fastify/index.ts";
import { serveFetch } from "./fetch/index.ts";
import { rawAnswer, rawRequest } from "./raw-socket.fixture.ts";
import { unchecked } from "../route/unchecked.ts";
import { nothing } from "../input/nothing.ts";

const log: string[] = [];
let entered = Promise.withResolvers<void>();
let released = Promise.withResolvers<void>();
let closed = Promise.withResolvers<void>();

beforeEach(() => {
  log.length = 0;
  entered = Promise.withResolvers();
  released = Promise.withResolvers();
  closed = Promise.withResolvers();
});

const db = resource({}, async function* () {
  try {
    yield log;
    log.push("commit");
  } catch (error) {
    log.push("rollback");
    throw error;
  } finally {
    closed.resolve();
  }
});
const user = authenticate({ key: apiKeyHeader({ name: "x-key" }), db }, async ({ key }) => {
  entered.resolve();
  await released.promise;
  return { id: key.reveal() };
});
const api = createApi({
  title: "Gone",
  version: "1",
  audit: (event) => void log.push(event.type),
  onError: () => void log.push("onError"),
  routes: [
    post("/pay", { deps: { user }, response: unchecked("a test") }, () => (log.push("paid"), {})),
    post(
      "/upload",
      { deps: { user, raw: rawBody({ identifies: nothing("a test") }) }, response: unchecked("a test") },
      () => (log.push("uploaded"), {}),
    ),
  ],
});

describe("a client that goes away while it is authenticated", () => {
  test("over HTTP/1.1, or only half-closes its connection: nothing is carried out; one that stays is served", async () => {
    const server = fastifyServer(api);
    const url = await server.listen({ host: "127.0.0.1", port: 0 });
    for (const [path, done, leave] of [
      ["/pay", "paid", "destroy"],
      ["/upload", "uploaded", "destroy"],
      // A server cannot tell a client that still reads from one that has gone.
      ["/pay", "paid", "end"],
      ["/upload", "uploaded", "end"],
    ] as const) {
      log.length = 0;
      entered = Promise.withResolvers();
      released = Promise.withResolvers();
      closed = Promise.withResolvers();
      const accepted = once(server.server, "connection");
      const client = connect(Number(new URL(url).port), "127.0.0.1");
      client.write(rawRequest(`POST ${path}`, ["X-Key: a", "Content-Length: 3"], "abc"));
      await entered.promise;
      const [socket] = await accepted;
      const gone = once(socket, "close");
      client[leave]();
      await gone;
      released.resolve();
      await closed.promise;
      assert.deepEqual(log, ["rollback"], `${path}: ${leave}`);
      log.length = 0;
      const answer = await rawAnswer(url, rawRequest(`POST ${path}`, ["X-Key: a", "Content-Length: 3"], "abc"));
      assert.deepEqual([answer?.status, log], [200, [done, "commit"]], path);
    }
    await server.close();
  });

  test("over HTTP/2", async () => {
    const app = fastify({ http2: true });
    await app.register(lockstep(api));
    const session = connectHttp2(await app.listen({ host: "127.0.0.1", port: 0 }));
    const streams = new Promise<ServerHttp2Stream>((resolve) => app.server.once("stream", resolve));
    const request = session.request({ ":method": "POST", ":path": "/pay", "x-key": "a" });
    request.on("error", () => {});
    await entered.promise;
    const gone = once(await streams, "close");
    request.close(8);
    await gone;
    released.resolve();
    await closed.promise;
    assert.deepEqual(log, ["rollback"]);
    session.close();
    await app.close();
  });

  test("over fetch, where its signal says so", async () => {
    for (const aborted of [true, false]) {
      log.length = 0;
      entered = Promise.withResolvers();
      released = Promise.withResolvers();
      const controller = new AbortController();
      const request = new Request("http://api.test/pay", { method: "POST", headers: { "x-key": "a" }, signal: controller.signal });
      const answer = serveFetch(api)(request);
      await entered.promise;
      if (aborted) controller.abort();
      released.resolve();
      assert.equal((await answer).status, aborted ? 400 : 200);
      assert.deepEqual(log, aborted ? ["rollback"] : ["paid", "commit"]);
    }
  });

  test("while a hook of the application runs after the guards", async () => {
    const app = fastify();
    const hooked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    app.addHook("preHandler", async () => {
      hooked.resolve();
      await goOn.promise;
    });
    await app.register(lockstep(api));
    released.resolve();
    const accepted = once(app.server, "connection");
    const client = connect(Number(new URL(await app.listen({ host: "127.0.0.1", port: 0 })).port), "127.0.0.1");
    client.write(rawRequest("POST /pay", ["X-Key: a"]));
    await hooked.promise;
    const [socket] = await accepted;
    const gone = once(socket, "close");
    client.destroy();
    await gone;
    goOn.resolve();
    await closed.promise;
    assert.deepEqual(log, ["rollback"]);
    await app.close();
  });
});

test("a client that goes away while its body is read reaches no handler", async () => {
  const server = fastifyServer(api);
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  released.resolve();
  const client = connect(Number(new URL(url).port), "127.0.0.1");
  client.write(rawRequest("POST /upload", ["X-Key: a", "Expect: 100-continue", "Content-Length: 30"]));
  // The invitation says that the body is being read.
  await once(client, "data");
  client.write("abc", () => client.destroy());
  await closed.promise;
  assert.deepEqual(log, ["rollback"]);
  await server.close();
});
