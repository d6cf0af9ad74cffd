import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { beforeEach, describe, test } from "node:test";
import type { FastifyInstance } from "fastify";
import { resource } from "../../dependency/resource.ts";
import { depends } from "../../dependency/depends.ts";
import { createApi, type Api } from "../../api/api.ts";
import { connection } from "../../input/connection.ts";
import { get } from "../../route/route.ts";
import { text } from "../../route/text.ts";
import { stream } from "../../outcome/stream.ts";
import { unchecked } from "../../route/unchecked.ts";
import { eventually } from "../../testing/eventually.ts";
import { RawConnection, rawAnswer, rawRequest } from "../raw-socket.fixture.ts";
import { fastifyServer } from "./index.ts";

const loopback = { host: "127.0.0.1", port: 0 };

/** A slow request has begun. */
let begun = Promise.withResolvers<void>();
/** It may go on, or a stream. */
let released = Promise.withResolvers<void>();
beforeEach(() => {
  begun = Promise.withResolvers();
  released = Promise.withResolvers();
});

/** The server's side of the next connection. */
async function acceptedBy({ server }: FastifyInstance): Promise<Socket> {
  // A server on a port tells of each connection with its socket.
  const [socket] = (await once(server, "connection")) as [Socket];
  return socket;
}

function slowApi(log: string[]): Api {
  const pool = resource(
    {},
    async function* () {
      log.push("pool opens");
      yield log;
      log.push("pool closes");
    },
    { lifetime: "app" },
  );
  const slow = depends({ pool }, async ({ pool }) => {
    pool.push("request begins");
    begun.resolve();
    await released.promise;
    pool.push("request ends");
    return pool;
  });
  const late = async function* (rows: readonly string[]): AsyncGenerator<string, void, void> {
    yield* rows;
    throw new TypeError("canary: cursor lost");
  };
  const ticks = async function* (): AsyncGenerator<string, void, void> {
    yield "first";
    await released.promise;
    yield "last";
  };
  return createApi({
    title: "Slow",
    version: "1",
    audit: () => {},
    onError: () => {},
    routes: [
      get("/slow", { public: "a test", deps: { slow }, response: unchecked("a test") }, () => ({ done: true })),
      get("/quick", { public: "a test", response: unchecked("a test") }, () => ({ done: true })),
      get("/ticks", { public: "a test", response: text("text/plain") }, () => stream(ticks(), { type: "text/plain" })),
      get("/late", { public: "a test", response: text("text/plain") }, () =>
        stream(late([]), { type: "text/plain", headers: { "x-late": "a" } }),
      ),
      get("/framed", { public: "a test", response: text("text/plain") }, () => stream(["a"], { type: "text/plain\r\nx: y" })),
    ],
  });
}

describe("a server that closes", () => {
  test("finishes the requests in flight, then closes the values that live as long as the application", async () => {
    const log: string[] = [];
    const server = fastifyServer(slowApi(log));
    const url = await server.listen(loopback);
    assert.deepEqual(log, ["pool opens"]);
    const answer = rawAnswer(url, rawRequest("GET /slow"));
    const idle = await RawConnection.open(url);
    idle.send(rawRequest("GET /quick"));
    assert.equal((await idle.next())?.status, 200);
    await begun.promise;
    const closed = server.close();
    assert.ok(await idle.closes(), "an idle connection does not keep it");
    assert.deepEqual(log, ["pool opens", "request begins"]);
    released.resolve();
    assert.deepEqual([(await answer)?.status, (await answer)?.headers["connection"]], [200, "close"]);
    await closed;
    assert.deepEqual(log, ["pool opens", "request begins", "request ends", "pool closes"]);
    await assert.rejects(rawAnswer(url, rawRequest("GET /quick")), { code: "ECONNREFUSED" });
  });

  test("does not wait for the connection of a stream that began before", async () => {
    const log: string[] = [];
    const server = fastifyServer(slowApi(log));
    // An idle connection would keep it for ever.
    server.server.keepAliveTimeout = 0;
    const url = await server.listen(loopback);
    const accepted = acceptedBy(server);
    const connection = await RawConnection.open(url);
    const socket = await accepted;
    connection.send(rawRequest("GET /ticks"));
    await eventually(() => socket.bytesWritten > 0, 30_000, "the stream has begun");
    const closed = server.close();
    await eventually(() => !server.server.listening, 30_000, "it has begun to close");
    released.resolve();
    assert.equal((await connection.next())?.body, "firstlast");
    assert.ok(await connection.closes());
    await closed;
  });

  test("closes a busy connection after its answer, whatever is sent on it meanwhile", async () => {
    const server = fastifyServer(slowApi([]));
    const url = await server.listen(loopback);
    const accepted = acceptedBy(server);
    const connection = await RawConnection.open(url);
    const socket = await accepted;
    const [slow, quick] = [rawRequest("GET /slow"), rawRequest("GET /quick")];
    connection.send(slow);
    await begun.promise;
    const closed = server.close();
    await eventually(() => !server.server.listening, 30_000, "it has begun to close");
    connection.send(quick);
    await eventually(() => socket.bytesRead === slow.length + quick.length, 30_000, "both requests are read");
    released.resolve();
    assert.deepEqual([(await connection.next())?.status, await connection.closes()], [200, true]);
    await closed;
  });
});

describe("answers that fail while they are sent", () => {
  test("a stream that fails before its first piece is 500 and shows nothing of the error", async () => {
    const server = fastifyServer(slowApi([]));
    const answer = await rawAnswer(await server.listen(loopback), rawRequest("GET /late"));
    assert.deepEqual(
      [answer?.status, JSON.parse(answer?.body ?? "").code, answer?.body.includes("canary")],
      [500, "internal_error", false],
    );
    assert.equal(answer?.headers["content-type"], "application/problem+json");
    await server.close();
  });

  test("a media type with a line break is 500 and no header (response splitting)", async () => {
    const server = fastifyServer(slowApi([]));
    const answer = await rawAnswer(await server.listen(loopback), rawRequest("GET /framed"));
    assert.deepEqual([answer?.status, answer?.headers["x"]], [500, undefined]);
    await server.close();
  });
});

describe("behind proxies", () => {
  test("the protocol is taken from the proxy that was declared, and from nobody else (L-09)", async () => {
    for (const [trustedProxies, expected] of [
      [0, undefined],
      [1, "max-age=31536000"],
    ] as const) {
      const server = fastifyServer(slowApi([]), { trustedProxies });
      const answer = await rawAnswer(await server.listen(loopback), rawRequest("GET /quick", ["X-Forwarded-Proto: https"]));
      assert.equal(answer?.headers["strict-transport-security"], expected);
      await server.close();
    }
  });

  test("the protocol is the client's, whatever the proxies speak between them", async () => {
    for (const [trustedProxies, forwarded, expected] of [
      [2, "https, http", true],
      [2, "http, https", false],
      [1, "https, http", false],
      [1, "http, https", true],
      [2, "https", true],
      [0, "https", false],
    ] as const) {
      const server = fastifyServer(slowApi([]), { trustedProxies });
      const answer = await rawAnswer(await server.listen(loopback), rawRequest("GET /quick", [`X-Forwarded-Proto: ${forwarded}`]));
      assert.equal(answer?.headers["strict-transport-security"] !== undefined, expected, `${trustedProxies}: ${forwarded}`);
      await server.close();
    }
  });

  test("the address has no port, though some proxies add one", async () => {
    const seen: (string | undefined)[] = [];
    const where = get("/where", { public: "a test", deps: { came: connection() } }, ({ came }) => seen.push(came.address));
    const server = fastifyServer(createApi({ title: "t", version: "1", audit: () => {}, routes: [where] }), { trustedProxies: 2 });
    const url = await server.listen(loopback);
    for (const forwarded of ["203.0.113.7:4711, 198.51.100.2:80", "[2001:db8::1]:4711, 198.51.100.2", "unknown, 198.51.100.2"])
      await rawAnswer(url, rawRequest("GET /where", [`X-Forwarded-For: ${forwarded}`]));
    assert.deepEqual(seen, ["203.0.113.7", "2001:db8::1", undefined]);
    await server.close();
  });
});
