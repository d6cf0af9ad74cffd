import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { fastify } from "fastify";
import { WebSocketServer } from "ws";
import { createApi } from "../../api/api.ts";
import { eventually } from "../../testing/eventually.ts";
import { nothing } from "../../input/nothing.ts";
import { anyText } from "../../testing/plain-schema.ts";
import { get } from "../../route/route.ts";
import { messages } from "../../route/messages.ts";
import { websocket } from "../../route/websocket.ts";
import { RawConnection, rawRequest } from "../raw-socket.fixture.ts";
import { fastifyServer, lockstep } from "./index.ts";

const address = { host: "127.0.0.1", port: 0 };
const handshake = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** An API with a WebSocket that repeats every message, and an ordinary route. */
function echoApi(log: string[] = []) {
  const echo = messages({ receives: anyText, sends: anyText, identifies: nothing("a test") });
  return createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onAnswer: ({ status, route }) => void log.push(`${status} ${route}`),
    routes: [
      get("/health", { public: "a test" }, () => "Ok"),
      websocket("/echo", { public: "a test", deps: { echo } }, async ({ echo }) => {
        log.push("open");
        for await (const text of echo) await echo.send(text);
        log.push("ended");
      }),
    ],
  });
}

async function opened(url: string, path = "/echo"): Promise<{ readonly socket: WebSocket; readonly end: Promise<unknown> }> {
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}`);
  const end = new Promise((resolve) => socket.addEventListener("close", ({ code, reason }) => resolve([code, reason])));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("refused")));
  });
  return { socket, end };
}

test("a server that closes tells its WebSockets at once, however long its grace is", async () => {
  const log: string[] = [];
  const server = fastifyServer(echoApi(log), { graceSeconds: 600 });
  const { end } = await opened(await server.listen(address));
  const closed = server.close();
  assert.deepEqual(await end, [1001, "closing"]);
  await closed;
  await eventually(() => log.length === 3, 30_000, "it is over");
  assert.deepEqual(log, ["open", "ended", "101 GET /echo"]);
});

test("a client that does not answer the end is cut off", async () => {
  const log: string[] = [];
  const server = fastifyServer(echoApi(log));
  const connection = await RawConnection.open(await server.listen(address));
  connection.send(rawRequest("GET /echo", handshake));
  await eventually(() => log.includes("open"), 30_000, "it is open");
  await server.close();
  assert.ok(await connection.closes());
});

test("a client that breaks off in the middle of a message ends it", async () => {
  const log: string[] = [];
  const server = fastifyServer(echoApi(log));
  const connection = await RawConnection.open(await server.listen(address));
  connection.send(rawRequest("GET /echo", handshake));
  await eventually(() => log.includes("open"), 30_000, "it is open");
  connection.send(Buffer.from([0x81, 0xfe, 0x00]).toString("latin1"));
  connection.destroy();
  await eventually(() => log.length === 3, 30_000, "it is over");
  await server.close();
});

test("a frame that is not masked, and one that is compressed, end the connection (RFC 6455 §5.1 and §5.2)", async () => {
  const server = fastifyServer(echoApi());
  const url = await server.listen(address);
  for (const frame of [
    [0x81, 0x01, 0x61],
    [0xc1, 0x81, 0, 0, 0, 0, 0x61],
  ]) {
    const connection = await RawConnection.open(url);
    connection.send(rawRequest("GET /echo", [...handshake, "Sec-WebSocket-Extensions: permessage-deflate"]));
    const answer = await connection.next({ bodiless: true });
    assert.deepEqual(
      [answer?.status, answer?.headers["sec-websocket-extensions"]],
      [101, undefined],
      "compression is not agreed on",
    );
    connection.send(Buffer.from(frame).toString("latin1"));
    assert.ok(await connection.closes());
  }
  await server.close();
});

test("other requests that ask for an upgrade are answered as they are, and end the connection", async () => {
  const server = fastifyServer(echoApi());
  const url = await server.listen(address);
  for (const [target, lines, status] of [
    ["GET /health", handshake, 200],
    ["GET /none", handshake, 404],
    ["GET /health", ["Connection: Upgrade", "Upgrade: h2c"], 200],
    ["GET /echo", ["Connection: Upgrade", "Upgrade: h2c"], 426],
    ["POST /health", handshake, 405],
    ["GET /echo", [...handshake, "Content-Length: 5"], 400],
    ["GET /echo", [...handshake, "Transfer-Encoding: chunked"], 400],
  ] as const) {
    const connection = await RawConnection.open(url);
    connection.send(rawRequest(target, [...lines, "X-Test: 1"]));
    const answer = await connection.next();
    assert.equal(answer?.status, status, `${target} ${lines.join()}`);
    connection.destroy();
  }
  await server.close();
});

test("a handshake behind a request that has no answer yet does not come into its answer", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = get("/slow", { public: "a test" }, async () => {
    await gate.promise;
    return "slow";
  });
  const echo = messages({ sends: anyText });
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    routes: [slow, websocket("/echo", { public: "a test", deps: { echo } }, async ({ echo }) => echo.send("heard"))],
  });
  const server = fastifyServer(api);
  const connection = await RawConnection.open(await server.listen(address));
  connection.send(rawRequest("GET /slow") + rawRequest("GET /echo", handshake));
  gate.resolve();
  const answer = await connection.next();
  assert.deepEqual([answer?.status, answer?.body], [200, '"slow"']);
  assert.ok(await connection.closes());
  await server.close();
});

test("hooks of the application run before, and its own WebSockets stay its own", async () => {
  const app = fastify({ forceCloseConnections: true });
  const own = new WebSocketServer({ noServer: true });
  app.server.on("upgrade", (request, socket, head) => {
    if (request.url === "/own") {
      own.handleUpgrade(request, socket, head, (opened) => opened.on("message", () => opened.close(4001, "the application's")));
    }
  });
  app.addHook("onRequest", async (request, reply) => {
    if (request.headers["x-blocked"] !== undefined) await reply.code(403).send("blocked");
  });
  await app.register(lockstep(echoApi()), { prefix: "/api" });
  const url = await app.listen(address);
  const { socket: theirs, end } = await opened(url, "/own");
  // Nothing of ours comes into the connection before this arrives.
  theirs.send("a");
  assert.deepEqual(await end, [4001, "the application's"]);
  const { socket } = await opened(url, "/api/echo");
  socket.send('"a"');
  const [{ data }] = (await once(socket, "message")) as [{ data: string }];
  assert.equal(data, '"a"');
  socket.close();
  const connection = await RawConnection.open(url);
  connection.send(rawRequest("GET /api/echo", [...handshake, "X-Blocked: 1"]));
  assert.equal((await connection.next())?.status, 403);
  await app.close();
});
