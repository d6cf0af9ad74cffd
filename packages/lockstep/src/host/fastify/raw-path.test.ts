import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { tokenOf } from "../../testing/world.ts";
import { RawConnection, rawAnswer, rawRequest } from "../raw-socket.fixture.ts";
import { served } from "./served.fixture.ts";

const server = served();
const root = `Authorization: Bearer ${tokenOf("root")}`;
const close = "Connection: close";
const encoded = (times: number): string => `/%${"25".repeat(times)}61dmin`;

/** Each way to write `/admin`, and the one answer that it gets with the credential of an administrator. */
const spellings: readonly (readonly [expected: number, ...targets: string[]])[] = [
  // The route itself: a query is not part of it, and RFC 9112 §3.2.2 has servers accept the absolute form.
  [
    200,
    "/admin",
    "/admin?",
    "/admin??",
    "/admin?x=/health",
    "/admin?%zz",
    "http://evil/admin",
    "HTTP://evil/admin",
    "https://evil:8443/admin",
  ],
  // P-02, P-10, P-18: other paths.
  [
    404,
    "/admin/",
    "//admin",
    "/admin//",
    "/admin///",
    "/ADMIN",
    "/Admin",
    "/aDMIN",
    "/admin.json",
    "/admin/configs",
    "/admin/style.css",
    "/admins",
  ],
  // Dot segments are not resolved.
  [
    404,
    "/./admin",
    "/x/../admin",
    "/health/../admin",
    "/.//admin",
    "/admin/.",
    "/admin/x/..",
    "/%2e/admin",
    "/%2e%2e/admin",
    "/x/%2e%2e/admin",
    "/admin%2e",
  ],
  // P-05: a fixed segment is never decoded.
  [404, "/%61dmin", "/%41dmin", "/admi%6e", "/%61%64%6d%69%6e", encoded(1), encoded(11), "/admin%252f"],
  // P-07, P-08, P-09, P-25.
  [
    404,
    "/admin;x=1",
    "/admin;",
    "/admin%3bx=1",
    "/admin%2f",
    "/admin%2F",
    "/%2fadmin",
    "/x/..%2fadmin",
    "/admin%2Fsecret.html",
    "/admin%5c",
    "/\\admin",
    "/admin\\",
  ],
  [404, "/admin%00", "/admin%20", "/admin%09", "/admin%0d%0aX:1", "/admin%3fx", "/admin%23", "/admin%E2%80%8B", "/%EF%BD%81dmin"],
  // P-11: other forms of a target.
  [404, "//evil/admin", "http://evil", "http://evil?x=/admin", "ftp://evil/admin", "*"],
  [
    400,
    "/admin#x",
    "#/admin",
    "admin",
    "/admin\t",
    "/admin\0",
    "/ad\x01min",
    "/adm\xefn",
    "/\xef\xbd\x81dmin",
    "/admin%",
    "/admin%zz",
    "/%ff",
    "/%c0%afadmin",
    "/admin HTTP/1.1 x",
  ],
];

describe("spellings of GET /admin over a bare socket (P-02 to P-11, P-25, I-17)", () => {
  for (const [expected, ...targets] of spellings) {
    test(`${expected} with the credential, never a 2xx without: ${targets.length} spellings`, async () => {
      for (const target of targets) {
        const anonymous = await server.ask(rawRequest(`GET ${target}`, [close]));
        assert.equal(anonymous.status, expected === 200 ? 401 : expected, `${JSON.stringify(target)} anonymously`);
        const { handled } = server.world;
        const before = handled.length;
        const allowed = await server.ask(rawRequest(`GET ${target}`, [close, root]));
        assert.equal(allowed.status, expected, JSON.stringify(target));
        assert.deepEqual(handled.slice(before), expected === 200 ? ["GET /admin"] : [], JSON.stringify(target));
      }
    });
  }

  test("no spelling of a fixed segment reaches its handler by way of a parameter", async () => {
    const user = `Authorization: Bearer ${tokenOf("alice")}`;
    assert.equal((await server.ask(rawRequest("GET /people/root", [close, user]))).status, 403);
    for (const target of [
      "/people/%72oot",
      "/people/ROOT",
      "/people/root%00",
      "/people/./root",
      "/people/root/",
      "/people//root",
    ]) {
      const { handled } = server.world;
      const before = handled.length;
      await server.ask(rawRequest(`GET ${target}`, [close, user]));
      assert.ok(!handled.slice(before).includes("GET /people/root"), target);
    }
  });

  test("a parameter is decoded once, and is not a dot segment", async () => {
    const user = `Authorization: Bearer ${tokenOf("alice")}`;
    const id = async (text: string): Promise<unknown> =>
      JSON.parse((await server.ask(rawRequest(`GET /people/${text}`, [close, user]))).body).id;
    assert.equal(await id("%2e%2e%2fadmin"), "../admin");
    assert.equal(await id("a%252fb"), "a%2fb");
    for (const text of ["", ".", "..", "%2e", "%2e%2E"])
      assert.equal((await server.ask(rawRequest(`GET /people/${text}`, [close, user]))).status, 404, text);
    for (const text of ["%00", "a%0ab", "%7f", "%ff", "%c0%af", "%"])
      assert.equal((await server.ask(rawRequest(`GET /people/${text}`, [close, user]))).status, 400, text);
    assert.equal(await id("a".repeat(4000)), "a".repeat(4000));
  });
});

describe("methods over a bare socket (P-14, P-15, P-16)", () => {
  test("a method that no route has is 405, and nothing is echoed", async () => {
    for (const method of ["POST", "PUT", "DELETE", "TRACE", "PROPFIND", "M-SEARCH", "QUERY", "PURGE"]) {
      const answer = await server.ask(rawRequest(`${method} /admin`, [close, root, "X-Echo: canary"]));
      assert.deepEqual([answer.status, answer.headers["allow"]], [405, "GET, HEAD, OPTIONS"], method);
    }
  });

  test("an invalid method is 400", async () => {
    for (const method of ["get", "Get", "FOO", "GET\t", "GE T", "GET\0", ""]) {
      assert.equal((await server.ask(rawRequest(`${method} /admin`, [close, root]))).status, 400, method);
    }
  });

  test("OPTIONS * is 404, and CONNECT is cut off", async () => {
    assert.equal((await server.ask(rawRequest("OPTIONS *", [close, root]))).status, 404);
    assert.equal((await server.ask(rawRequest("OPTIONS /admin", [close]))).status, 204);
    for (const target of ["api.test:443", "/admin"]) {
      const connection = await RawConnection.open(server.url);
      connection.send(rawRequest(`CONNECT ${target}`, [root]));
      assert.equal(await connection.next(), undefined);
      assert.ok(await connection.closes());
    }
  });

  test("HEAD runs the guard and not the handler's twin (P-14)", async () => {
    assert.equal((await server.ask(rawRequest("HEAD /admin", [close]), { bodiless: true })).status, 401);
    assert.equal((await server.ask(rawRequest("HEAD /admin", [close, root]), { bodiless: true })).status, 200);
  });

  test("a route that opens no WebSocket ignores an upgrade, and its guard decides (P-24)", async () => {
    const upgrade = [
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    assert.equal((await rawAnswer(server.url, rawRequest("GET /admin", upgrade)))?.status, 401);
    assert.equal((await rawAnswer(server.url, rawRequest("GET /admin", [...upgrade, root])))?.status, 200);
    const h2c = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"];
    assert.equal((await rawAnswer(server.url, rawRequest("GET /admin", h2c)))?.status, 401);
  });

  test("headers that switch guards off elsewhere switch nothing off (P-13)", async () => {
    const lines = [
      "X-Middleware-Subrequest: middleware:middleware",
      "X-Internal: 1",
      "X-Prerender: 1",
      "X-Original-URL: /health",
      "X-Rewrite-URL: /health",
      "X-HTTP-Method-Override: OPTIONS",
    ];
    assert.equal((await server.ask(rawRequest("GET /admin", [close, ...lines]))).status, 401);
    assert.equal((await server.ask(rawRequest("GET /admin", [close, ...lines, root]))).status, 200);
  });
});
