/** What the compiler refuses, start-up refuses as well: the same programs, for JavaScript callers and through `any`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import {
  anyOf,
  anyScope,
  body,
  createApi,
  firstOf,
  get,
  group,
  nothing,
  optional,
  owned,
  path,
  permitted,
  post,
  query,
  scopes,
  unchecked,
  unowned,
} from "lockstep";
import { any, api, load, one, ownerOf, refuses, route, type Case, world } from "./startup.fixture.ts";

const { token, user, writer, client, bare, admin, id, team, ownNote, v1 } = world;

test("the same programs without the flaw start", () => {
  const page = query("page", z.int().default(1));
  const ownTeam = owned({ team, user }, load, ownerOf);
  const started = api(
    get("/health", { public: "probe" }, one),
    get("/me", { deps: { user, page } }, one),
    get("/notes/:id", { deps: { note: ownNote } }, one),
    get("/raw/:id", { deps: { note: ownNote, id } }, one),
    get("/admin/:id", { deps: { note: permitted({ id, admin }, load) } }, one),
    get("/either/:id", { deps: { note: firstOf({ own: ownNote, any: permitted({ id, admin }, load) }) } }, one),
    get("/posts/:id", { public: "published", deps: { post: unowned("published", { id }, load) } }, one),
    get(
      "/teams/:team/:id",
      { deps: { both: owned({ id, team, user }, load, ownerOf, { checks: ["path.id", "path.team"] }) } },
      one,
    ),
    get("/nested/:team/:id", { deps: { note: owned({ ownTeam, id, user }, load, ownerOf) } }, one),
    get("/feed", { deps: { caller: anyOf({ user, client }) } }, one),
    get("/hello", { public: "greets", deps: { user: optional(user) } }, one),
    get("/read", { deps: { user: scopes(user, "notes:read") } }, one),
    get("/open", { deps: { user }, response: unchecked("a test") }, load),
    post("/notes", { status: 200, deps: { user: writer, change: body(z.object({ text: z.string() })) } }, one),
    post("/calls", { status: 200, deps: { client } }, one),
    v1.get("/a", {}, one),
  );
  assert.equal(started.routes.length, 16);
});

refuses("unprotected_route", [
  ["nothing protects", () => route("/a", {})],
  ["a scheme is taken for verification", () => route("/a", { deps: { token } })],
  ["a plain value is taken for a guard", () => route("/a", { deps: { bare } })],
  ["optional() is taken for protection", () => route("/a", { deps: { user: optional(user) } })],
  ["a branch of anyOf() lets anybody in", () => route("/a", { deps: { caller: anyOf({ user, bare }) } })],
  [
    "a branch that is a union happens to be the open one",
    () => route("/a", { deps: { caller: anyOf({ user: any(bare), client }) } }),
  ],
  ["a union of values happens to be the open one", () => route("/a", { deps: { user: any(bare) } })],
  [
    "a union of specifications happens to be the open one",
    () => api(get(any("/a"), any(process.pid > 0 ? {} : { deps: { user } }), one)),
  ],
  ["an optional member is absent", () => route("/a", { deps: { ...any({}) } })],
  ["type arguments claim what is not there", () => api(get<"/a", number>(any("/a"), any({}), one))],
  ["public is undefined", () => route("/a", { public: undefined })],
  ["a symbol is no name", () => route("/a", { deps: { [Symbol("user")]: user } })],
  ["a dependency is inherited, not declared", () => route("/a", { deps: Object.create({ user }) })],
  ["a group without a guard protects nothing", () => api(group({ prefix: "/v1" }).get(any("/a"), any({}), one))],
  ["a route is made by hand", () => api({ method: "GET", template: "/a", definition: { entries: [], handler: one } })],
  [
    "the guard of the whole API does not excuse a route",
    () => createApi({ title: "T", version: "1", guard: user, routes: [get(any("/a"), any({}), one)] }),
  ],
]);

refuses("public_and_authenticated", [
  ["public beside a guard", () => route("/a", { public: "reason", deps: { user } })],
  ["public inside a guarded group", () => api(v1.get(any("/a"), any({ public: "reason" }), one))],
]);

refuses("empty_reason", [
  ["public for no reason", () => route("/a", { public: "" })],
  ["public for blanks", () => route("/a", { public: "  " })],
  ["public as a flag", () => route("/a", { public: true })],
  ["unowned for no reason", () => unowned(any(""), { id }, load)],
  ["nothing for no reason", () => nothing(any(""))],
  ["nothing for no text", () => nothing(any(undefined))],
  ["anyScope for blanks", () => anyScope(user, any(" "))],
  ["unchecked for no reason", () => unchecked(any(""))],
  ["apart for no reason", () => owned({ id, user }, load, ownerOf, { apart: "" })],
]);

refuses("wrong_parameter", [
  ["a parameter nobody uses", () => route("/notes/:id", { deps: { user } })],
  ["a parameter that the path lacks", () => route("/notes", { deps: { note: ownNote } })],
  ["a route that moved", () => api({ ...get("/a", { deps: { user } }, one), template: "/a/:x" })],
]);

refuses(
  "wrong_path",
  [
    "",
    "notes",
    "/notes/",
    "//notes",
    "/notes/*",
    "/notes/:id.json",
    "/notes/:id?",
    "/notes/:id+",
    "/:a-:b",
    "/v:id",
    "/:",
    "/{id}",
    "/../a",
    "/a%2Fb",
    "/:id/:id",
  ].map((template): Case => [`the path "${template}"`, () => route(template, { deps: { user } })]),
);

refuses("wrong_path", [
  ["a prefix with a wildcard", () => api(group({ prefix: any("/*"), deps: { user } }).get("/a", {}, one))],
  ["a prefix of a slash", () => api(group({ prefix: "/", deps: { user } }).get("/a", {}, one))],
]);

refuses("duplicate_dependency", [
  ["a group's guard is shadowed", () => api(v1.get(any("/a"), any({ deps: { client: bare } }), one))],
  ["a group's guard is repeated", () => api(v1.get(any("/a"), any({ deps: { client } }), one))],
]);

refuses("wrong_option", [
  ["a word of the specification that is misspelt", () => route("/a", { deps: { user }, respnse: z.object({}) })],
  [
    "a misspelt option, which does not excuse a path",
    () => route("/:id", { deps: { user, id: path("id", z.string(), any({ identify: nothing("a test") })) } }),
  ],
  ["a specification that is missing", () => route("/a", undefined)],
  ["a handler that is missing", () => api(get("/a", { deps: { user } }, any(undefined)))],
]);

refuses("duplicate_route", [
  [
    "one path under two names",
    () =>
      api(
        get("/:a", { public: "reason", deps: { a: path("a", z.string(), { identifies: nothing("a test") }) } }, one),
        get("/:b", { deps: { user, b: path("b", z.string(), { identifies: nothing("a test") }) } }, one),
      ),
  ],
]);
