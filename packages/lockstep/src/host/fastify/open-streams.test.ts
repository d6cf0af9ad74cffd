import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { test } from "node:test";
import { fastify } from "fastify";
import { resource } from "../../dependency/resource.ts";
import { createApi, type Api } from "../../api/api.ts";
import { get } from "../../route/route.ts";
import { text } from "../../route/text.ts";
import { stream } from "../../outcome/stream.ts";
import { RawConnection, rawRequest } from "../raw-socket.fixture.ts";
import { fastifyServer, lockstep } from "./index.ts";

/** A stream of `first` pieces that then waits for ever. */
function endless(first: readonly string[], log: string[], begun: () => void): Api {
  const db = resource({}, function* () {
    try {
      yield log;
    } catch (error) {
      log.push(`rollback ${error instanceof Error ? error.name : ""}`);
      throw error;
    }
  });
  const pieces = async function* (): AsyncGenerator<string, void, void> {
    yield* first;
    begun();
    await new Promise(() => {});
  };
  return createApi({
    title: "Endless",
    version: "1",
    audit: ({ type }) => void log.push(type),
    onError: () => {},
    routes: [get("/events", { public: "a test", deps: { db }, response: text("text/event-stream") }, () => stream(pieces()))],
  });
}

test("a server that closes cuts off a stream without an end, and its resources close", async () => {
  const log: string[] = [];
  const begun = Promise.withResolvers<void>();
  const server = fastifyServer(endless(["data: 1\n\n"], log, begun.resolve), { streamGraceMs: 1 });
  const connection = await RawConnection.open(await server.listen({ host: "127.0.0.1", port: 0 }));
  connection.send(rawRequest("GET /events"));
  await begun.promise;
  await server.close();
  assert.equal(await connection.next(), undefined, "the last chunk does not come, so that the client knows");
  assert.ok(await connection.closes());
  assert.deepEqual(log, ["rollback ReaderGone"]);
});

test("a stream that has sent nothing by then is answered with 503", async () => {
  const log: string[] = [];
  const begun = Promise.withResolvers<void>();
  const server = fastifyServer(endless([], log, begun.resolve), { streamGraceMs: 1 });
  const connection = await RawConnection.open(await server.listen({ host: "127.0.0.1", port: 0 }));
  connection.send(rawRequest("GET /events"));
  await begun.promise;
  const closed = server.close();
  const answer = await connection.next();
  assert.deepEqual([answer?.status, answer?.headers["connection"]], [503, "close"]);
  await closed;
});

test("the same on HTTP/2, inside an application", async () => {
  const log: string[] = [];
  const begun = Promise.withResolvers<void>();
  const app = fastify({ http2: true });
  await app.register(lockstep(endless(["data: 1\n\n"], log, begun.resolve), { streamGraceMs: 1 }));
  const session = connectHttp2(await app.listen({ host: "127.0.0.1", port: 0 }));
  const request = session.request({ ":path": "/events" });
  request.on("error", () => {}).resume();
  await begun.promise;
  const ended = new Promise((resolve) => request.once("close", resolve));
  const closed = app.close();
  await ended;
  assert.notEqual(request.rstCode, 0);
  session.close();
  await closed;
  assert.deepEqual(log, ["rollback ReaderGone"]);
});
