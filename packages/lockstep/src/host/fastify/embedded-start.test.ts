import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fastify } from "fastify";
import { resource } from "../../dependency/resource.ts";
import { createApi } from "../../api/api.ts";
import { get } from "../../route/route.ts";
import { unchecked } from "../../route/unchecked.ts";
import { good, isBuildError, notesApi, statusOf } from "./embedded.fixture.ts";
import { lockstep } from "./index.ts";

describe("the start", () => {
  test("fails with the name of a route that nobody declared, and passes once it is declared", async () => {
    const start = async (foreign: readonly string[]): Promise<void> => {
      const app = fastify();
      await app.register(lockstep(notesApi(), { foreign }));
      app.get("/metrics", () => "metrics");
      await app.ready();
      await app.close();
    };
    await assert.rejects(start([]), isBuildError("foreign_route", /\{ foreign: \["GET \/metrics"\] \}/));
    await assert.rejects(start(["HEAD /metrics"]), isBuildError("foreign_route", /\{ foreign: \["GET \/metrics"\] \}/));
    await start(["GET /metrics"]);
    await assert.rejects(start(["GET /metrics", "HEAD /metrics", "GET /gone"]), isBuildError("foreign_route", /GET \/gone/));
    await start(["GET /metrics", "HEAD /metrics"]);
  });

  test("fails for a route under a constraint that shadows one of the API's", async () => {
    const app = fastify();
    await app.register(lockstep(notesApi()));
    app.route({ method: "GET", url: "/notes/:id", handler: () => "unguarded", constraints: { host: "evil.test" } });
    await assert.rejects(async () => app.ready(), isBuildError("foreign_route", /evil\.test/));
  });

  test("fails for a route that another plugin adds, before or after, even while others get ready", async () => {
    const before = fastify();
    await before.register(async (inner) => void inner.get("/sneaky", () => "x"), { prefix: "/p" });
    await before.register(lockstep(notesApi()), { prefix: "/api" });
    await assert.rejects(async () => before.ready(), isBuildError("foreign_route", /GET \/p\/sneaky/));
    const later = fastify();
    await later.register(lockstep(notesApi()), { prefix: "/api" });
    later.addHook("onReady", async () => void later.get("/sneaky", () => "x"));
    await assert.rejects(async () => later.ready(), { code: "FST_ERR_ROOT_PLG_BOOTED" });
  });

  test("is the last moment for a route: one that comes later throws", async () => {
    const app = fastify();
    await app.register(lockstep(notesApi()));
    await app.ready();
    assert.throws(() => app.get("/late", () => "x"), { code: "FST_ERR_INSTANCE_ALREADY_LISTENING" });
    await app.close();
  });

  test("meets a value that lives as long as the application and cannot be made", async () => {
    const broken = resource(
      {},
      function* (): Generator<object, void, void> {
        yield connect();
      },
      { lifetime: "app" },
    );
    const app = fastify();
    await app.register(
      lockstep(
        createApi({
          title: "T",
          version: "1",
          routes: [get("/", { public: "a test", deps: { broken }, response: unchecked("a test") }, () => ({}))],
        }),
      ),
    );
    await assert.rejects(async () => app.ready(), /no database/);
  });
});

describe("hooks of the application", () => {
  test("run before the guards; one that answers ends the request", async () => {
    const log: string[] = [];
    const app = fastify();
    app.addHook("onRequest", async (request, reply) => {
      log.push("hook");
      if (request.headers["x-stop"] !== undefined) await reply.code(429).send("slow down");
    });
    await app.register(lockstep(notesApi(log)));
    assert.equal(await statusOf(app, "GET", "/notes/1", { "x-stop": "1" }), 429);
    assert.deepEqual(log, ["hook"]);
    assert.equal(await statusOf(app, "GET", "/notes/1", good), 200);
    assert.deepEqual(log, ["hook", "hook", "open", "commit"]);
    await app.close();
  });

  test("that throw are answered as a problem: a status below 500 stays, no message is told", async () => {
    const app = fastify();
    app.addHook("onRequest", async (request) => {
      const status = request.headers["x-throw"];
      if (status !== undefined) throw Object.assign(new Error("canary"), { statusCode: Number(status) });
    });
    await app.register(lockstep(notesApi()));
    for (const [thrown, status, code] of [
      ["429", 429, "too_many_requests"],
      ["403", 403, "forbidden"],
      ["418", 418, "malformed_request"],
      ["500", 500, "internal_error"],
      ["200", 500, "internal_error"],
    ] as const) {
      const answer = await app.inject({ url: "/notes/1", headers: { ...good, "x-throw": thrown } });
      assert.deepEqual([answer.statusCode, answer.json().code, answer.body.includes("canary")], [status, code, false]);
      assert.equal(answer.headers["x-content-type-options"], "nosniff");
    }
    await app.close();
  });

  test("that end a request after its guards have passed leave nothing open", async () => {
    const log: string[] = [];
    const app = fastify();
    app.addHook("preHandler", async () => {
      throw new Error("canary");
    });
    await app.register(lockstep(notesApi(log)));
    assert.equal(await statusOf(app, "GET", "/notes/1", good), 500);
    assert.deepEqual(log, ["open", "rollback"]);
    await app.close();
  });

  test("cannot reach the handler of a request that the guard has refused", async () => {
    const log: string[] = [];
    const app = fastify();
    app.addHook("preHandler", async () => void log.push("preHandler"));
    await app.register(lockstep(notesApi(log)));
    assert.equal(await statusOf(app, "GET", "/notes/1"), 401);
    assert.deepEqual(log, []);
    await app.close();
  });
});

/** In place of a database that does not exist. */
function connect(): object {
  throw new TypeError("no database");
}
