import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import type { Deps } from "../dependency/dependency.ts";
import { entriesOf } from "../dependency/node.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { type CompiledRoute, compileRoute } from "./compiled-route.ts";
import { type Routed, Router } from "./match.ts";
import { get, type HttpMethod, type Route } from "./route.ts";
import { parseTemplate } from "./template.ts";

const { definition } = get("/", { public: "a route of a test" }, () => "x");

const routes = new Map<string, CompiledRoute>();

/** A route: `GET /notes/:id`. Its parameters are read, as every route's must be. */
function route(line: string): CompiledRoute {
  const known = routes.get(line) ?? compiled(line);
  routes.set(line, known);
  return known;
}

function compiled(line: string): CompiledRoute {
  const [method = "", template = ""] = line.split(" ");
  const names = parseTemplate(template)
    .filter(({ kind }) => kind === "parameter")
    .map(({ text }) => text);
  const deps: Deps = Object.fromEntries(names.map((name) => [name, path(name, z.string(), { identifies: nothing("a test") })]));
  // The lines of these tests begin with a method.
  const made: Route = { method: method as HttpMethod, template, definition: { ...definition, entries: entriesOf("test", deps) } };
  return compileRoute(made, []);
}

const routed = (made: CompiledRoute): Routed => ({ method: made.method, template: made.template, compiled: made });

const router = (...lines: readonly string[]) => new Router(lines.map((line) => routed(route(line))));

/** What a request leads to, in one line. */
function at(routes: Router<Routed>, method: string, target: string): string {
  const match = routes.match(method, target);
  switch (match.kind) {
    case "route":
      return [
        match.route.method,
        match.route.template,
        ...Object.entries(match.params).map(([name, value]) => `${name}=${value}`),
      ].join(" ");
    case "method":
      return `405 ${match.allow.join(" ")}`;
    default:
      return match.kind;
  }
}

const permutations = <T>(all: readonly T[]): T[][] =>
  all.length < 2 ? [[...all]] : all.flatMap((one, index) => permutations(all.toSpliced(index, 1)).map((rest) => [one, ...rest]));

test("static paths, parameters and the root are found", () => {
  const routes = router("GET /", "GET /notes", "GET /notes/:id", "POST /notes", "GET /teams/:team/notes/:note");
  assert.equal(at(routes, "GET", "/"), "GET /");
  assert.equal(at(routes, "GET", "/notes"), "GET /notes");
  assert.equal(at(routes, "POST", "/notes"), "POST /notes");
  assert.equal(at(routes, "GET", "/notes/1"), "GET /notes/:id id=1");
  assert.equal(at(routes, "GET", "/teams/a/notes/b"), "GET /teams/:team/notes/:note team=a note=b");
  for (const target of ["/note", "/notes/1/2", "/teams", "/teams/a", "/teams/a/notes", "/NOTES", "/notes.json"]) {
    assert.equal(at(routes, "GET", target), "none", target);
  }
});

test("the most specific route wins, in every order of declaration (P-18, P-23)", () => {
  const lines = ["GET /users/:id", "GET /users/me", "GET /:area/me", "GET /:area/:id", "GET /users/me/notes"];
  for (const order of permutations(lines)) {
    const routes = router(...order);
    assert.equal(at(routes, "GET", "/users/me"), "GET /users/me");
    assert.equal(at(routes, "GET", "/users/1"), "GET /users/:id id=1");
    assert.equal(at(routes, "GET", "/teams/me"), "GET /:area/me area=teams");
    assert.equal(at(routes, "GET", "/teams/1"), "GET /:area/:id area=teams id=1");
    assert.equal(at(routes, "GET", "/users/me/notes"), "GET /users/me/notes");
    assert.equal(at(routes, "GET", "/users/1/notes"), "none");
  }
});

test("a static segment that leads nowhere does not hide a parameter", () => {
  for (const order of permutations(["GET /a/b/c", "GET /:x/b/d", "GET /a/:y/e", "GET /:x/:y/f"])) {
    const routes = router(...order);
    assert.equal(at(routes, "GET", "/a/b/c"), "GET /a/b/c");
    assert.equal(at(routes, "GET", "/a/b/d"), "GET /:x/b/d x=a");
    assert.equal(at(routes, "GET", "/a/b/e"), "GET /a/:y/e y=b");
    assert.equal(at(routes, "GET", "/a/b/f"), "GET /:x/:y/f x=a y=b");
    assert.equal(at(routes, "GET", "/a/b/g"), "none");
  }
});

test("a more specific route of another method does not hide one that answers", () => {
  // As in the routers of the hosts: a host that matches by itself must not find another route than the core.
  for (const order of permutations(["GET /users/me", "DELETE /users/:id", "POST /:area/me"])) {
    const routes = router(...order);
    assert.equal(at(routes, "DELETE", "/users/me"), "DELETE /users/:id id=me");
    assert.equal(at(routes, "GET", "/users/me"), "GET /users/me");
    assert.equal(at(routes, "POST", "/users/me"), "POST /:area/me area=users");
    assert.equal(at(routes, "PUT", "/users/me"), "405 DELETE GET HEAD OPTIONS POST");
    assert.equal(at(routes, "PUT", "/users/1"), "405 DELETE OPTIONS");
  }
});

test("HEAD is GET's, and only GET's", () => {
  const routes = router("GET /notes", "POST /login", "GET /:any");
  assert.equal(at(routes, "HEAD", "/notes"), "GET /notes");
  assert.equal(at(routes, "HEAD", "/login"), "GET /:any any=login");
  assert.equal(at(router("POST /login"), "HEAD", "/login"), "405 OPTIONS POST");
});

test("an undeclared method is 405 with those there are, sorted; a path that is not there stays so (P-16)", () => {
  const routes = router("PUT /notes/:id", "GET /notes/:id", "DELETE /notes/:id", "POST /login");
  for (const method of ["PATCH", "POST", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "FOO", "", "__proto__", "constructor"]) {
    assert.equal(at(routes, method, "/notes/1"), "405 DELETE GET HEAD OPTIONS PUT", method);
    assert.equal(at(routes, method, "/nope"), "none", method);
  }
  assert.equal(at(routes, "GET", "/login"), "405 OPTIONS POST");
  assert.equal(at(routes, "GET", "/notes/1"), "GET /notes/:id id=1");
});

test("P-02 to P-10: no other spelling of a path reaches its route", () => {
  const routes = router("GET /admin", "GET /");
  assert.equal(at(routes, "GET", "/admin"), "GET /admin");
  const spellings = [
    "/admin/",
    "//admin",
    "/admin//",
    "/./admin",
    "/admin/.",
    "/x/../admin",
    "/../admin",
    "/%61dmin",
    "/%2561dmin",
    "/admi%6e",
    "/admin%2f",
    "/%2fadmin",
    "/x/..%2fadmin",
    "/admin%5c",
    "/\\admin",
    "/admin;x=1",
    "/admin%00",
    "/admin%20",
    "/admin%09",
    "/admin%0d%0aX:1",
    "/admin.json",
    "/admin?x=1",
    "/admin#x",
    "/Admin",
    "/ADMIN",
    "/ａdmin",
    "/admin\u200b",
    "/%",
    "admin",
    "",
    "*",
    "http://evil.test/admin",
    "//evil.test/admin",
    "/./",
    "//",
    "/.",
    "/..",
  ];
  for (const spelling of spellings) assert.equal(at(routes, "GET", spelling), "none", spelling);
});

test("a parameter is decoded once, and what is in it stays data", () => {
  const routes = router("GET /files/:name");
  const given: Readonly<Record<string, string>> = {
    "a%2fb": "a/b",
    "a%2Fb": "a/b",
    "..%2f..%2fetc": "../../etc",
    "%252f": "%2f",
    "%2561": "%61",
    "a+b": "a+b",
    "a%20b": "a b",
    "%C3%A9": "é",
    "%F0%9F%94%91": "🔑",
    "%3a%3Bx": ":;x",
    ":name": ":name",
    "...": "...",
    ".a": ".a",
    "%2e%2e%2e": "...",
    "%2e%2fa": "./a",
    __proto__: "__proto__",
    admin: "admin",
    "%61dmin": "admin",
  };
  for (const [sent, name] of Object.entries(given))
    assert.equal(at(routes, "GET", `/files/${sent}`), `GET /files/:name name=${name}`, sent);
});

test("a parameter that is not percent-encoded UTF-8, or holds a control character, is malformed", () => {
  const routes = router("GET /files/:name");
  const malformed = [
    "%",
    "%2",
    "%zz",
    "a%",
    "%C3",
    "%C3%28",
    "%C0%80",
    "%E0%80%AF",
    "%ED%A0%80",
    "%F4%90%80%80",
    "%FF",
    "%00",
    "a%00b",
    "%0a",
    "%0d%0a",
    "%09",
    "%1b",
    "%7f",
    "%C2%85",
    "a b",
    "a\0b",
    "a\n",
    "é",
    "Ã©",
    "\u0085",
    "\ud800",
  ];
  for (const sent of malformed) assert.equal(at(routes, "GET", `/files/${sent}`), "malformed", JSON.stringify(sent));
});

test("a parameter is never empty, and never a dot segment in any spelling", () => {
  const routes = router("GET /files/:name", "GET /:a/:b/:c");
  for (const dots of ["", ".", "..", "%2e", "%2E", "%2e%2e", ".%2e", "%2E.", "%2e%2E"]) {
    assert.equal(at(routes, "GET", `/files/${dots}`), "none", dots);
    assert.equal(at(routes, "GET", `/x/${dots}/y`), "none", dots);
    assert.equal(at(routes, "GET", `/${dots}/x/y`), "none", dots);
  }
  assert.equal(at(routes, "GET", "/x/.a/y"), "GET /:a/:b/:c a=x b=.a c=y");
});

test("parameters named like members of objects are data", () => {
  const routes = router("GET /:__proto__/:constructor/:toString");
  const match = routes.match("GET", "/a/b/c");
  assert.ok(match.kind === "route");
  assert.equal(Object.getPrototypeOf(match.params), null);
  assert.deepEqual(Object.entries(match.params), [
    ["__proto__", "a"],
    ["constructor", "b"],
    ["toString", "c"],
  ]);
});

test("two routes that answer the same requests do not start, whatever their parameters are called (P-22)", () => {
  assert.throws(() => router("GET /notes/:id", "GET /notes/:note"), {
    code: "duplicate_route",
    message: "remove or change one of GET /notes/:note and GET /notes/:id: they answer the same requests",
  });
  assert.throws(() => router("GET /", "GET /"), { code: "duplicate_route" });
  router("GET /notes/:id", "POST /notes/:note", "GET /notes/me");
});

// The timeout does not measure speed: looking at every combination of branches would not end in it.
test("paths of a thousand segments and routers full of alternatives stay linear", { timeout: 60_000 }, () => {
  const depth = 18;
  // At each of the first segments both a static branch and a parameter lead on; none leads to the end.
  const lines = Array.from({ length: depth }, (_, level) => [
    `GET ${"/a".repeat(level)}/:p${"/a".repeat(depth - level)}`,
    `GET ${"/a".repeat(level)}/b${"/a".repeat(depth - level)}`,
  ]).flat();
  const routes = router(...lines, `GET ${Array.from({ length: 1000 }, (_, index) => `/:p${index}`).join("")}`);
  for (let round = 0; round < 200; round += 1) {
    assert.equal(at(routes, "GET", "/a".repeat(depth + 2)), "none");
    assert.equal(at(routes, "PUT", "/a".repeat(depth + 1)), "405 GET HEAD OPTIONS");
    assert.equal(at(routes, "GET", "/a".repeat(999)), "none");
    assert.equal(at(routes, "GET", "/".repeat(1000)), "none");
    assert.equal(at(routes, "GET", "/a".repeat(100_000)), "none");
  }
  const long = routes.match("GET", "/x".repeat(1000));
  assert.ok(long.kind === "route");
  assert.equal(Object.keys(long.params).length, 1000);
});

const names = fc.stringMatching(/^[a-z_][a-zA-Z0-9_]{0,5}$/);
const statics = fc.stringMatching(/^[a-z0-9~_-]{1,4}$/);
const templates = fc
  .uniqueArray(
    fc.oneof(
      statics,
      names.map((name) => `:${name}`),
    ),
    { maxLength: 6 },
  )
  .map((segments) => `/${segments.join("/")}`);

test("a template filled with any values gives them back", () => {
  const values = fc.string({ unit: "grapheme", minLength: 1 }).filter((value) => !/^\.{1,2}$|\p{Cc}/u.test(value));
  let filled = 0;
  fc.assert(
    fc.property(templates, fc.array(values, { minLength: 6, maxLength: 6 }), (template, given) => {
      const expected: Record<string, string> = {};
      const target = template.replaceAll(/:([^/]+)/g, (_, name: string) => {
        const value = given[Object.keys(expected).length] ?? "x";
        expected[name] = value;
        return encodeURIComponent(value);
      });
      const match = router(`GET ${template}`).match("GET", target);
      assert.ok(match.kind === "route", target);
      assert.deepEqual({ ...match.params }, expected);
      filled += Object.keys(expected).length;
    }),
    { numRuns: 1000 },
  );
  assert.ok(filled > 500, `${filled}`);
});

test("no path makes the router throw, and the order of the routes never matters", () => {
  const segments = fc.oneof(
    fc.constantFrom("a", "b", "c", ""),
    fc.string({ unit: fc.constantFrom(...Array.from("ab/.%2efé\\\0")), maxLength: 4 }),
  );
  const targets = fc.array(segments, { minLength: 1, maxLength: 4 }).map((all) => `/${all.join("/")}`);
  const shapes = fc.uniqueArray(fc.constantFrom("/a", "/b", "/:x", "/a/b", "/a/:x", "/:x/b", "/:x/:y", "/a/b/:x", "/:x/b/a"), {
    maxLength: 6,
  });
  let found = 0;
  fc.assert(
    fc.property(shapes, targets, fc.constantFrom("GET", "POST", "HEAD"), (lines, target, method) => {
      const made = lines.map((template, index) => `${index % 3 === 0 ? "POST" : "GET"} ${template}`);
      const one = at(router(...made), method, target);
      assert.equal(at(router(...made.toReversed()), method, target), one);
      found += one === "none" ? 0 : 1;
    }),
    { numRuns: 3000 },
  );
  assert.ok(found > 200, `${found}`);
});
