import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { test } from "node:test";
import { fastify } from "fastify";
import { resource } from "../../dependency/resource.ts";
import { createApi, type Api } from "../../api/api.ts";
import { afterAnswer } from "../../input/after-answer.ts";
import { connection } from "../../input/connection.ts";
import { text } from "../../route/text.ts";
import { nothing } from "../../input/nothing.ts";
import { rawBody } from "../../input/raw-body.ts";
import { get, post } from "../../route/route.ts";
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
  const server = fastifyServer(endless(["data: 1\n\n"], log, begun.resolve), { graceSeconds: 0.001 });
  const connection = await RawConnection.open(await server.listen({ host: "127.0.0.1", port: 0 }));
  connection.send(rawRequest("GET /events"));
  await begun.promise;
  await server.close();
  assert.equal(await connection.next(), undefined, "the last chunk does not come, so that the client knows");
  assert.ok(await connection.closes());
  assert.deepEqual(log, ["rollback ServerClosing"]);
});

test("a stream that has sent nothing by then is answered with 503", async () => {
  const log: string[] = [];
  const begun = Promise.withResolvers<void>();
  const server = fastifyServer(endless([], log, begun.resolve), { graceSeconds: 0.001 });
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
  await app.register(lockstep(endless(["data: 1\n\n"], log, begun.resolve), { graceSeconds: 0.001 }));
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
  assert.deepEqual(log, ["rollback ServerClosing"]);
});

test("a stream is told that the server closes, and may end by itself within the grace", async () => {
  const begun = Promise.withResolvers<void>();
  const pieces = async function* (signal: AbortSignal): AsyncGenerator<string, void, void> {
    yield "data: 1\n\n";
    begun.resolve();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    yield `data: ${(signal.reason as Error).name}\n\n`;
  };
  const events = get(
    "/events",
    { public: "a test", deps: { came: connection() }, response: text("text/event-stream") },
    ({ came }) => stream(pieces(came.signal)),
  );
  const api = createApi({ title: "t", version: "1", audit: () => {}, routes: [events] });
  const server = fastifyServer(api, { graceSeconds: 600 });
  const connected = await RawConnection.open(await server.listen({ host: "127.0.0.1", port: 0 }));
  connected.send(rawRequest("GET /events"));
  await begun.promise;
  const closed = server.close();
  assert.equal((await connected.next())?.body, "data: 1\n\ndata: ServerClosing\n\n");
  await closed;
});

test("a handler that waits for its signal is told at the end of the grace", async () => {
  const waiting = Promise.withResolvers<void>();
  const wait = get("/wait", { public: "a test", deps: { came: connection() } }, async ({ came }) => {
    waiting.resolve();
    await new Promise((resolve) => came.signal.addEventListener("abort", resolve));
    return (came.signal.reason as Error).name;
  });
  const server = fastifyServer(createApi({ title: "t", version: "1", audit: () => {}, routes: [wait] }), { graceSeconds: 0.01 });
  const connected = await RawConnection.open(await server.listen({ host: "127.0.0.1", port: 0 }));
  connected.send(rawRequest("GET /wait"));
  await waiting.promise;
  const closed = server.close();
  assert.equal((await connected.next())?.body, '"ServerClosing"');
  await closed;
});

test("api.close() ends the streams of a fetch runtime", async () => {
  const log: string[] = [];
  const begun = Promise.withResolvers<void>();
  const api = endless(["data: 1\n\n"], log, begun.resolve);
  const reader = (await api.fetch(new Request("http://x/events"))).body?.getReader();
  await reader?.read();
  const rest = reader?.read().then(
    () => "more",
    (error: unknown) => (error as Error).name,
  );
  await begun.promise;
  await api.close({ graceSeconds: 0 });
  assert.equal(await rest, "ServerClosing");
  assert.deepEqual(log, ["rollback ServerClosing"]);
});

test("work after an answer has the grace of the server, too", async () => {
  const errors: unknown[] = [];
  const started = Promise.withResolvers<void>();
  const later = get("/", { public: "a test", deps: { later: afterAnswer() } }, ({ later }) => {
    later(() => {
      started.resolve();
      return new Promise(() => {});
    });
    return "Ok";
  });
  const onError = (error: unknown): void => void errors.push(error);
  const api = createApi({ title: "t", version: "1", audit: () => {}, onError, routes: [later] });
  const server = fastifyServer(api, { graceSeconds: 0.25 });
  await server.inject("/");
  await started.promise;
  await server.close();
  assert.match(String(errors), /graceSeconds.*still running after 0\.25 s$/);
});

test("a grace that is not a number of seconds does not start", () => {
  for (const graceSeconds of [-1, Infinity, Number.NaN, "3", 3601])
    assert.throws(
      () =>
        fastifyServer(
          endless([], [], () => {}),
          { graceSeconds: graceSeconds as number },
        ),
      { code: "wrong_option" },
    );
});

test("clients that send nothing, or not a whole request, do not keep a server that closes", async () => {
  const upload = post("/upload", { public: "a test", deps: { text: rawBody({ identifies: nothing("a test") }) } }, () => {});
  const api = createApi({ title: "t", version: "1", audit: () => {}, onError: () => {}, routes: [upload] });
  const server = fastifyServer(api, { graceSeconds: 0.01 });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const [silent, slow, stuck, used] = await Promise.all([url, url, url, url].map(RawConnection.open));
  slow?.send("GET /upload HTTP/1.1\r\nHost: x\r\n");
  stuck?.send(`${rawRequest("POST /upload", ["Content-Length: 5"])}ab`);
  used?.send(rawRequest("GET /none"));
  assert.equal((await used?.next())?.status, 404);
  used?.send("GET /no");
  await server.close();
  for (const connection of [silent, slow, stuck, used]) assert.ok(await connection?.closes());
});

test("a connection on which nothing came is ended at once, however long the grace is", async () => {
  const server = fastifyServer(createApi({ title: "t", version: "1", audit: () => {}, routes: [] }), { graceSeconds: 600 });
  const silent = await RawConnection.open(await server.listen({ host: "127.0.0.1", port: 0 }));
  await server.close();
  assert.ok(await silent.closes());
});

test("a request that came whole is answered, however long after the grace", async () => {
  const [waiting, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = get("/slow", { public: "a test" }, async () => {
    waiting.resolve();
    await gate.promise;
    return "done";
  });
  const server = fastifyServer(createApi({ title: "t", version: "1", audit: () => {}, routes: [slow] }), { graceSeconds: 0.01 });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const [connection, late] = await Promise.all([url, url].map(RawConnection.open));
  connection?.send(rawRequest("GET /slow"));
  late?.send("GET /");
  await waiting.promise;
  const closed = server.close();
  assert.ok(await late?.closes(), "the grace is over");
  gate.resolve();
  assert.equal((await connection?.next())?.body, '"done"');
  await closed;
});
