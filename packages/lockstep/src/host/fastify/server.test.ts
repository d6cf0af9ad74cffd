import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { resource } from "../../dependency/resource.ts";
import { depends } from "../../dependency/depends.ts";
import { createApi, type Api } from "../../api/api.ts";
import { get } from "../../route/route.ts";
import { stream } from "../../outcome/stream.ts";
import { unchecked } from "../../route/unchecked.ts";
import { RawConnection, rawAnswer, rawRequest } from "../raw-socket.fixture.ts";
import { fastifyServer } from "./index.ts";

const loopback = { host: "127.0.0.1", port: 0 };

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
    await wait(150);
    pool.push("request ends");
    return pool;
  });
  const late = async function* (rows: readonly string[]): AsyncGenerator<string, void, void> {
    yield* rows;
    throw new TypeError("canary: cursor lost");
  };
  const ticks = async function* (): AsyncGenerator<string, void, void> {
    log.push("stream begins");
    for (let tick = 0; tick < 10; tick += 1) {
      yield String(tick);
      await wait(20);
    }
  };
  return createApi({
    title: "Slow",
    version: "1",
    audit: () => {},
    onError: () => {},
    routes: [
      get("/slow", { public: "a test", deps: { slow }, response: unchecked("a test") }, () => ({ done: true })),
      get("/quick", { public: "a test", response: unchecked("a test") }, () => ({ done: true })),
      get("/ticks", { public: "a test" }, () => stream(ticks(), { type: "text/plain" })),
      get("/late", { public: "a test" }, () => stream(late([]), { type: "text/plain", headers: { "x-late": "a" } })),
      get("/framed", { public: "a test" }, () => stream(["a"], { type: "text/plain\r\nx: y" })),
    ],
  });
}

describe("a server that closes", () => {
  test("finishes the requests in flight, then closes what lives as long as the application", async () => {
    const log: string[] = [];
    const server = fastifyServer(slowApi(log));
    const url = await server.listen(loopback);
    assert.deepEqual(log, ["pool opens"]);
    const answer = rawAnswer(url, rawRequest("GET /slow"));
    const idle = await RawConnection.open(url);
    idle.send(rawRequest("GET /quick"));
    assert.equal((await idle.next())?.status, 200);
    while (!log.includes("request begins")) await wait(5);
    const closed = server.close();
    assert.ok(await idle.closes(1000), "an idle connection does not keep it");
    assert.deepEqual([(await answer)?.status, (await answer)?.headers["connection"]], [200, "close"]);
    await closed;
    assert.deepEqual(log, ["pool opens", "request begins", "request ends", "pool closes"]);
    await assert.rejects(rawAnswer(url, rawRequest("GET /quick")), { code: "ECONNREFUSED" });
  });

  test("does not wait for the connection of a stream that began before", async () => {
    const log: string[] = [];
    const server = fastifyServer(slowApi(log));
    const connection = await RawConnection.open(await server.listen(loopback));
    connection.send(rawRequest("GET /ticks"));
    while (!log.includes("stream begins")) await wait(5);
    const started = performance.now();
    const closed = server.close();
    assert.equal((await connection.next())?.body, "0123456789");
    await closed;
    assert.ok(performance.now() - started < 2000);
  });

  test("closes a busy connection after its answer, whatever is sent on it meanwhile", async () => {
    const log: string[] = [];
    const server = fastifyServer(slowApi(log));
    const connection = await RawConnection.open(await server.listen(loopback));
    connection.send(rawRequest("GET /slow"));
    while (!log.includes("request begins")) await wait(5);
    const closed = server.close();
    connection.send(rawRequest("GET /quick"));
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
});
