import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fastify, type FastifyServerOptions } from "fastify";
import { applicationWith, good, isBuildError, json, notesApi, statusOf } from "./embedded.fixture.ts";
import { lockstep } from "./index.ts";

describe("an API inside an application", () => {
  test("leaves the application's parsers and routes as they are, and uses none of them", async () => {
    const app = await applicationWith(notesApi(), "/api");
    const own = await app.inject({ method: "POST", url: "/own", headers: json, payload: '{"a":1}' });
    assert.equal(own.body, '{"own":"{\\"a\\":1}"}');
    const inner = await app.inject({ method: "POST", url: "/api/notes", headers: { ...json, ...good }, payload: '{"text":"a"}' });
    assert.equal(inner.body, '{"text":"a"}');
    await app.close();
  });

  for (const prefix of ["/api", "/api/", "/deep/er", "/"]) {
    test(`answers under ${prefix}: routes, root, documentation, 404, 405 and OPTIONS`, async () => {
      const app = await applicationWith(notesApi(), prefix);
      const under = prefix.replace(/\/$/, "");
      assert.equal(await statusOf(app, "GET", prefix), 200);
      assert.equal(await statusOf(app, "GET", `${under}/openapi.json`), 200);
      assert.equal(await statusOf(app, "GET", `${under}/notes/1`), 401);
      assert.equal((await app.inject({ url: `${under}/notes/a%2fb`, headers: good })).body, '{"id":"a/b"}');
      assert.equal(await statusOf(app, "GET", `${under}/nope`), 404);
      assert.equal(await statusOf(app, "GET", `${under}/notes/`, good), 404);
      const notAllowed = await app.inject({ method: "DELETE", url: `${under}/notes/1` });
      assert.deepEqual([notAllowed.statusCode, notAllowed.headers["allow"]], [405, "GET, HEAD, OPTIONS, PATCH"]);
      assert.equal(notAllowed.headers["content-type"], "application/problem+json");
      assert.equal(await statusOf(app, "OPTIONS", `${under}/notes/1`), 204);
      if (under !== "") assert.equal((await app.inject("/outside")).headers["x-request-id"], undefined);
      await app.close();
    });
  }

  test("spellings of the prefix lead nowhere (P-19)", async () => {
    const app = await applicationWith(notesApi(), "/api");
    for (const url of ["/apinotes/1", "/%61pi/notes/1", "//api/notes/1", "/API/notes/1", "/api//notes/1", "/api%2fnotes/1"]) {
      assert.equal(await statusOf(app, "GET", url, good), 404, url);
    }
    assert.equal(await statusOf(app, "GET", "/api/notes/1", good), 200);
    await app.close();
  });

  test("two APIs live side by side under two prefixes, and one API under two", async () => {
    const app = fastify();
    const shared = notesApi();
    await app.register(lockstep(shared), { prefix: "/a" });
    await app.register(lockstep(shared), { prefix: "/b" });
    await app.register(lockstep(notesApi()), { prefix: "/c" });
    for (const prefix of ["/a", "/b", "/c"]) {
      assert.equal(await statusOf(app, "GET", `${prefix}/notes/1`, good), 200);
      assert.equal(await statusOf(app, "GET", `${prefix}/notes/1`), 401);
    }
    await app.close();
  });

  test("refuses a prefix with a parameter", async () => {
    const app = fastify();
    await assert.rejects(
      async () => app.register(lockstep(notesApi()), { prefix: "/:tenant" }).ready(),
      isBuildError("wrong_option", /\/:tenant/),
    );
  });

  test("refuses a server that reads HTTP leniently (D-16)", async () => {
    const app = fastify({ http: { insecureHTTPParser: true } });
    await assert.rejects(
      async () => app.register(lockstep(notesApi())).ready(),
      isBuildError("wrong_option", /insecureHTTPParser/),
    );
  });
});

describe("the application's own 404", () => {
  test("stays the application's; the API answers for its own paths only", async () => {
    const app = fastify();
    app.setNotFoundHandler((_request, reply) => reply.code(404).send("the application's"));
    await app.register(lockstep(notesApi(), { foreign: ["DELETE /notes/:id"] }));
    app.delete("/notes/:id", () => "foreign");
    assert.equal((await app.inject("/nope")).body, "the application's");
    const notAllowed = await app.inject({ method: "PUT", url: "/notes/1" });
    assert.deepEqual([notAllowed.statusCode, notAllowed.headers["allow"]], [405, "GET, HEAD, OPTIONS, PATCH"]);
    assert.equal(await statusOf(app, "OPTIONS", "/notes/1"), 204);
    assert.equal((await app.inject({ method: "DELETE", url: "/notes/1" })).body, "foreign");
    assert.equal(await statusOf(app, "GET", "/notes/1"), 401);
    assert.equal(await statusOf(app, "GET", "/notes/1", good), 200);
    await app.close();
  });

  test("is the API's under the API's prefix", async () => {
    const app = fastify();
    app.setNotFoundHandler((_request, reply) => reply.code(404).send("the application's"));
    await app.register(lockstep(notesApi()), { prefix: "/api" });
    assert.equal((await app.inject("/nope")).body, "the application's");
    assert.equal((await app.inject("/api/nope")).json().code, "not_found");
    await app.close();
  });
});

describe("a router that the application has made looser", () => {
  const router = { caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, useSemicolonDelimiter: true };
  const loose: FastifyServerOptions = { routerOptions: router };

  test("reaches no handler by another spelling, with or without a credential", async () => {
    const log: string[] = [];
    const app = await applicationWith(notesApi(log), "/api", loose);
    for (const url of ["/api/NOTES/1", "/API/notes/1", "/api/notes/1/", "//api//notes/1", "/api//notes//1", "/api/notes//1"]) {
      assert.equal(await statusOf(app, "GET", url), 404, url);
      assert.equal(await statusOf(app, "GET", url, good), 404, url);
    }
    assert.deepEqual(log, []);
    assert.equal(await statusOf(app, "GET", "/api/notes/1"), 401);
    assert.equal((await app.inject({ url: "/api/notes/1;x=2", headers: good })).body, '{"id":"1;x=2"}');
    await app.close();
  });
});
