import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import { fastify } from "fastify";
import type { AuditEvent } from "../../audit/event.ts";
import { type Api, createApi } from "../../api/api.ts";
import { get } from "../../route/route.ts";
import type { AnswerEvent } from "../../route/serving.ts";
import { httpBearer } from "../../scheme/http-bearer.ts";
import { authenticate } from "../../access/authenticate.ts";
import { eventually } from "../../testing/eventually.ts";
import { fastifyServer, lockstep } from "./index.ts";
import { rawAnswer, RawConnection } from "../raw-socket.fixture.ts";

const loopback = { host: "127.0.0.1", port: 0 };

interface Reported {
  readonly api: Api;
  readonly events: AuditEvent[];
  readonly answers: AnswerEvent[];
}

function reported(onAnswer?: () => never, slow: () => Promise<string> = async () => "fast"): Reported {
  const [events, answers]: [AuditEvent[], AnswerEvent[]] = [[], []];
  const user = authenticate({ token: httpBearer() }, ({ token }) => (token.reveal() === "good" ? { id: "alice" } : undefined));
  const api = createApi({
    title: "t",
    version: "1",
    audit: (event) => void events.push(event),
    onError: () => {},
    onAnswer: onAnswer ?? ((event) => void answers.push(event)),
    routes: [
      get("/me", { deps: { user } }, ({ user }) => user.id),
      get("/slow", { public: "a test" }, slow),
      get("/split", { public: "a test" }, () => {
        throw new TypeError("canary");
      }),
    ],
  });
  return { api, events, answers };
}

/** An application that writes its log into a list. */
function logging(options: object): { readonly app: ReturnType<typeof fastify>; readonly log: string[] } {
  const log: string[] = [];
  const stream = new Writable({ write: (chunk, _encoding, done) => (log.push(String(chunk)), done()) });
  return { app: fastify({ logger: { level: "info", stream }, ...options }) as ReturnType<typeof fastify>, log };
}

describe("the id of a request in an application with a log", () => {
  for (const [fact, options, headers, expected] of [
    ["that takes it from a header", { requestIdHeader: "x-request-id" }, { "x-request-id": "abc" }, "abc"],
    ["that makes its own", { genReqId: () => "own-7" }, { "x-request-id": "abc" }, "own-7"],
    ["that counts, if none was sent", {}, {}, "req-1"],
  ] as const) {
    test(`${fact} is the id of the log, of the answer and of audit events`, async () => {
      const { app, log } = logging(options);
      const { api, events, answers } = reported();
      await app.register(lockstep(api));
      const answer = await app.inject({ url: "/me", headers });
      assert.equal(answer.headers["x-request-id"], expected);
      assert.deepEqual([events[0]?.requestId, answers[0]?.requestId], [expected, expected]);
      assert.ok(log.every((line) => JSON.parse(line).reqId === expected) && log.length > 0, log.join(""));
      await app.close();
    });
  }

  test("that only counts is the one that was sent, if one was", async () => {
    const { api, events } = reported();
    const app = fastify();
    await app.register(lockstep(api));
    const answer = await app.inject({ url: "/me", headers: { "x-request-id": "abc" } });
    assert.deepEqual([answer.headers["x-request-id"], events[0]?.requestId], ["abc", "abc"]);
    await app.close();
  });
});

describe("answers on a server of ours", () => {
  test("hooks see the id of the answer", async () => {
    const server = fastifyServer(reported().api);
    const seen: string[] = [];
    server.addHook("onRequest", async (request) => void seen.push(request.id));
    const [first, second] = [
      await server.inject("/me"),
      await server.inject({ url: "/me", headers: { "x-request-id": "from-a-proxy" } }),
    ];
    assert.deepEqual(seen, [first.headers["x-request-id"], "from-a-proxy"]);
    assert.equal(second.headers["x-request-id"], "from-a-proxy");
    await server.close();
  });

  test("what a hook answers in place of the handler is reported once, with its status", async () => {
    const { api, answers } = reported();
    const app = fastify();
    app.addHook("preHandler", async (_request, reply) => reply.code(418).send("the application's"));
    await app.register(lockstep(api));
    await app.inject({ url: "/me", headers: { authorization: "Bearer good" } });
    await eventually(() => answers.length > 0, 30_000, "the answer is reported");
    assert.deepEqual(
      answers.map(({ route, status, subject }) => [route, status, subject]),
      [["GET /me", 418, "alice"]],
    );
    await app.close();
  });

  test("an answer that its client no longer waits for is reported once", async () => {
    const [began, closed, ended] = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const { api, answers } = reported(undefined, async () => {
      began?.resolve();
      await ended?.promise;
      return "late";
    });
    const server = fastifyServer(api);
    server.addHook("onRequest", (_request, reply, next) => {
      reply.raw.once("close", () => closed?.resolve());
      next();
    });
    const left = await RawConnection.open(await server.listen(loopback));
    left.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    await began?.promise;
    left.destroy();
    await closed?.promise;
    ended?.resolve();
    await eventually(() => answers.length > 0, 30_000, "the answer is reported");
    // A later request is reported after it: nothing is reported twice.
    assert.equal((await server.inject({ url: "/me" })).statusCode, 401);
    await eventually(() => answers.length > 1, 30_000, "the next answer is reported");
    assert.deepEqual(
      answers.map(({ route, status, brokenOff }) => [route, status, brokenOff]),
      [
        ["GET /slow", 200, "client_gone"],
        ["GET /me", 401, undefined],
      ],
    );
    await server.close();
  });

  test("what fails while it is written is reported once, as it was sent", async () => {
    const { api, answers } = reported();
    const app = fastify();
    app.addHook("onSend", async () => {
      throw new TypeError("canary");
    });
    await app.register(lockstep(api));
    const answer = await app.inject({ url: "/me", headers: { authorization: "Bearer good" } });
    await eventually(() => answers.length > 0, 30_000, "the answer is reported");
    assert.deepEqual([answer.statusCode, answers.map(({ status, code }) => [status, code])], [500, [[500, "internal_error"]]]);
    await app.close();
  });

  test("bytes that are not HTTP, and a path that cannot be decoded, are reported", async () => {
    const { api, answers } = reported();
    const server = fastifyServer(api);
    const url = await server.listen(loopback);
    const broken = await RawConnection.open(url);
    broken.send("NOT HTTP\r\n\r\n");
    assert.equal((await broken.next())?.status, 400);
    assert.equal((await rawAnswer(url, "GET /%ff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))?.status, 400);
    await eventually(() => answers.length === 2, 30_000, "both are reported");
    assert.deepEqual(
      answers.map(({ route, status }) => [route, status]),
      [
        ["(no route)", 400],
        ["(no route)", 400],
      ],
    );
    await server.close();
  });

  test("a listener that throws changes no answer", async () => {
    const { api } = reported(() => {
      throw new TypeError("canary");
    });
    const server = fastifyServer(api);
    assert.equal((await server.inject({ url: "/me", headers: { authorization: "Bearer good" } })).statusCode, 200);
    await server.close();
  });
});
