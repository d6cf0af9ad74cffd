import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fastify, type FastifyInstance } from "fastify";
import { createApi } from "../../api/api.ts";
import { get } from "../../route/route.ts";
import { good, isBuildError, notesApi, statusOf } from "./embedded.fixture.ts";
import { fastifyServer, lockstep } from "./index.ts";
import { unchecked } from "../../route/unchecked.ts";

/** Starts an application with the notes API and more routes. */
async function starts(foreign: readonly string[], more: (app: FastifyInstance) => void): Promise<void> {
  const app = fastify();
  await app.register(lockstep(notesApi(), { foreign }));
  more(app);
  await app.ready();
  await app.close();
}

describe("a foreign route", () => {
  test("is named with its method and path, and GET names its HEAD", async () => {
    await starts(["GET /metrics"], (app) => app.get("/metrics", () => "x"));
    await starts(["GET /metrics", "HEAD /metrics"], (app) => app.get("/metrics", () => "x"));
    await assert.rejects(
      starts(["HEAD /metrics"], (app) => app.get("/metrics", () => "x")),
      isBuildError("foreign_route", /"GET \/metrics"/),
    );
    await assert.rejects(
      starts(["GET /metrics"], (app) => app.post("/metrics", () => "x")),
      isBuildError("foreign_route", /"POST \/metrics"/),
    );
  });

  test("is covered by a pattern of every path below another, and of every method", async () => {
    const legacy = (app: FastifyInstance): void => {
      app.get("/legacy/a", () => "x");
      app.post("/legacy/a/:id/b", () => "x");
      app.get("/legacy/files/*", () => "x");
    };
    await starts(["* /legacy/*"], legacy);
    await starts(["GET /legacy/*", "POST /legacy/*"], legacy);
    await assert.rejects(starts(["GET /legacy/*"], legacy), isBuildError("foreign_route", /\["POST \/legacy\/a\/:id\/b"\]/));
    await assert.rejects(
      starts(["* /legacy/*"], (app) => {
        legacy(app);
        app.get("/legacyadmin", () => "x");
        app.get("/legacy", () => "x");
      }),
      isBuildError("foreign_route", /\["GET \/legacy","GET \/legacyadmin"\]/),
    );
  });

  test("that answers in place of one of the API's is covered by its own name only", async () => {
    for (const wide of ["* /notes/*", "GET /notes/*", "* /*"]) {
      const shadow = (app: FastifyInstance): void => void app.get("/notes/mine", () => "x");
      await assert.rejects(starts([wide], shadow), isBuildError("foreign_route", /"GET \/notes\/mine"/));
      await starts([wide, "GET /notes/mine"], shadow);
    }
    await starts(["* /notes/*"], (app) => void app.get("/notes/mine/old", () => "x"));
    await starts(["* /notes/*"], (app) => void app.get("/notes/*", () => "x"));
  });

  test("under a constraint is covered by no pattern that could mean one of the API's", async () => {
    const evil = (url: string) => (app: FastifyInstance) =>
      void app.route({ method: "GET", url, exposeHeadRoute: false, handler: () => "x", constraints: { host: "evil.test" } });
    for (const url of ["/notes/:id", "/notes/*", "/*", "*"]) {
      for (const wide of ["* /*", "GET /*"]) {
        await assert.rejects(starts([wide], evil(url)), isBuildError("foreign_route", /evil\.test/), `${wide} ${url}`);
      }
    }
    await starts(["GET /legacy/*"], evil("/legacy/a"));
  });

  test("that does not exist is told", async () => {
    for (const gone of ["GET /gone", "* /gone/*", "POST /metrics"]) {
      await assert.rejects(
        starts(["GET /metrics", gone], (app) => app.get("/metrics", () => "x")),
        isBuildError("foreign_route", /^Remove .* from foreign/),
      );
    }
  });

  test("that cannot be read is refused when the plugin is made", () => {
    for (const wrong of ["/metrics", "GET", "GET metrics", "GET  /metrics", "", "GET /a /b"]) {
      assert.throws(
        () => lockstep(notesApi(), { foreign: [wrong] }),
        isBuildError("wrong_option", /^Write foreign routes as/),
        wrong,
      );
    }
  });
});

describe("OPTIONS of the application", () => {
  const api = createApi({
    title: "CORS",
    version: "1",
    audit: () => {},
    routes: [get("/g", { public: "a test", response: unchecked("a test") }, () => ({ ok: true }))],
  });

  test("needs no declaration, and answers preflights while the API answers everything else", async () => {
    const server = fastifyServer(api);
    server.addHook("onRequest", async (_request, reply) => void reply.header("access-control-allow-origin", "https://app.example"));
    server.options("*", (_request, reply) => reply.code(204).header("x-by", "the application").send());
    const preflight = await server.inject({ method: "OPTIONS", url: "/g" });
    assert.deepEqual([preflight.statusCode, preflight.headers["x-by"]], [204, "the application"]);
    const answer = await server.inject("/g");
    assert.deepEqual([answer.json(), answer.headers["access-control-allow-origin"]], [{ ok: true }, "https://app.example"]);
    for (const [method, url, status] of [
      ["PUT", "/g", 405],
      ["GET", "/nope", 404],
    ] as const) {
      const refused = await server.inject({ method, url });
      assert.deepEqual([refused.statusCode, refused.headers["access-control-allow-origin"]], [status, "https://app.example"]);
    }
    await server.close();
  });

  test("of one path leaves those of the others to the API, also in an application that answers 404 itself", async () => {
    for (const ownNotFound of [false, true]) {
      const app = fastify();
      if (ownNotFound) app.setNotFoundHandler((_request, reply) => reply.code(404).send("the application's"));
      app.options("/notes/:id", () => "the application's");
      await app.register(lockstep(notesApi()));
      assert.equal((await app.inject({ method: "OPTIONS", url: "/notes/1" })).body, "the application's");
      assert.equal((await app.inject({ method: "OPTIONS", url: "/notes" })).headers["allow"], "OPTIONS, POST");
      assert.equal(await statusOf(app, "GET", "/notes/1"), 401);
      assert.equal(await statusOf(app, "GET", "/notes/1", good), 200);
      await app.close();
    }
  });

  test("without any, the API answers OPTIONS of its own paths", async () => {
    const server = fastifyServer(api);
    assert.equal((await server.inject({ method: "OPTIONS", url: "/g" })).headers["allow"], "GET, HEAD, OPTIONS");
    await server.close();
  });
});

test("a plug-in that is registered after the API adds its hooks to every answer", async () => {
  const server = fastifyServer(notesApi());
  // As `fastify-plugin` marks plug-ins that are not encapsulated.
  const cors = Object.assign(
    async (app: FastifyInstance): Promise<void> => {
      app.addHook("onRequest", async (_request, reply) => void reply.header("x-cors", "yes"));
      app.options("*", (_request, reply) => reply.code(204).send());
    },
    { [Symbol.for("skip-override")]: true },
  );
  await server.register(cors);
  for (const [method, url, status] of [
    ["GET", "/notes/1", 401],
    ["GET", "/", 200],
    ["PUT", "/notes/1", 405],
    ["GET", "/nope", 404],
    ["OPTIONS", "/notes/1", 204],
  ] as const) {
    const answer = await server.inject({ method, url });
    assert.deepEqual([answer.statusCode, answer.headers["x-cors"]], [status, "yes"], `${method} ${url}`);
  }
  await server.close();
});

test("fastifyServer() takes foreign routes, which keep their parsers", async () => {
  const server = fastifyServer(notesApi(), { foreign: ["POST /own"] });
  server.post("/own", (request) => request.body);
  assert.deepEqual((await server.inject({ method: "POST", url: "/own", payload: { a: 1 } })).json(), { a: 1 });
  assert.equal(await statusOf(server, "GET", "/notes/1"), 401);
  await server.close();
  const undeclared = fastifyServer(notesApi());
  undeclared.post("/own", (request) => request.body);
  await assert.rejects(async () => undeclared.ready(), isBuildError("foreign_route", /\{ foreign: \["POST \/own"\] \}/));
});
