/** What the compiler refuses, start-up refuses as well: the same programs, for JavaScript callers and through `any`. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import {
  anyOf,
  type Api,
  apiKeyHeader,
  apiKeyQuery,
  authenticate,
  authorize,
  body,
  BuildError,
  createApi,
  depends,
  form,
  get,
  group,
  header,
  httpBearer,
  identified,
  optional,
  owned,
  path,
  permitted,
  post,
  query,
  resource,
  roles,
  scopes,
  unowned,
} from "lockstep";

// This file is about callers without types.
// oxlint-disable-next-line typescript/no-explicit-any
type Untyped = any;
/** The same value, with nothing known of it. */
const any = (value: unknown): Untyped => value;
const one = (): number => 1;
const load = (): { readonly a: number } => ({ a: 1 });
const yes = (): boolean => true;

const token = httpBearer({ scopes: { "notes:read": "Read notes" } });
const key = apiKeyHeader({ name: "X-API-Key" });
const user = authenticate({ token }, () => identified({ id: "u1", isAdmin: false }, { sub: "u1" }));
const client = authenticate({ key }, () => ({ name: "svc" }));
const bare = depends({}, () => ({ id: "x" }));
const role = roles({ admin: ["user"], user: [] }, user, () => "user", { reachAny: ["admin"] });
const admin = role.require("admin");
const id = path("id", z.string());
const team = path("team", z.string());
const ownNote = owned({ id, user }, load, yes);
const v1 = group({ prefix: "/v1", deps: { client } });

const api = (...routes: readonly unknown[]): Api => createApi({ title: "T", version: "1", routes: any(routes) });
const route = (template: string, spec: unknown): Api => api(get(any(template), any(spec), one));

type Case = readonly [program: string, run: () => unknown];

function refuses(code: string, cases: readonly Case[]): void {
  describe(code, () => {
    for (const [program, run] of cases) {
      test(program, () => {
        assert.throws(run, (error) => error instanceof BuildError && error.code === code);
      });
    }
  });
}

test("the same programs without the flaw start", () => {
  const page = query("page", z.int().default(1));
  const started = api(
    get("/health", { public: "probe" }, one),
    get("/me", { deps: { user, page } }, one),
    get("/notes/:id", { deps: { note: ownNote } }, one),
    get("/admin/:id", { deps: { note: permitted({ id, admin }, load) } }, one),
    get("/posts/:id", { public: "published", deps: { post: unowned("published", { id }, load) } }, one),
    get("/teams/:team/:id", { deps: { both: owned({ id, team, user }, load, yes, { checks: ["id", "team"] }) } }, one),
    get("/feed", { deps: { caller: anyOf({ user, client }) } }, one),
    get("/hello", { public: "greets", deps: { user: optional(user) } }, one),
    get("/read", { deps: { user: scopes(user, "notes:read") } }, one),
    post("/notes", { deps: { user, change: body(z.object({ text: z.string() })) } }, one),
    v1.get("/a", {}, one),
  );
  assert.equal(started.routes.length, 11);
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
    () => api(get("/a", any(process.pid > 0 ? {} : { deps: { user } }), one)),
  ],
  ["an optional member is absent", () => route("/a", { deps: { ...any({}) } })],
  ["type arguments claim what is not there", () => api(get<"/a", number>("/a", any({}), one))],
  ["public is undefined", () => route("/a", { public: undefined })],
  ["a symbol is no name", () => route("/a", { deps: { [Symbol("user")]: user } })],
  ["a dependency is inherited, not declared", () => route("/a", { deps: Object.create({ user }) })],
  ["a group without a guard protects nothing", () => api(group({ prefix: "/v1" }).get("/a", any({}), one))],
  ["a route is made by hand", () => api({ method: "GET", template: "/a", definition: { entries: [], handler: one } })],
  [
    "the guard of the whole API does not excuse a route",
    () => createApi({ title: "T", version: "1", guard: user, routes: [get("/a", any({}), one)] }),
  ],
]);

refuses("unchecked_object", [
  ["an id reaches the handler", () => route("/notes/:id", { deps: { user, id } })],
  ["an id reaches it through a dependency", () => route("/notes/:id", { deps: { user, key: depends({ id }, one) } })],
  [
    "an id reaches it through a resource",
    () =>
      route("/notes/:id", {
        deps: {
          user,
          key: resource({ id }, function* () {
            yield 1;
          }),
        },
      }),
  ],
  ["an id reaches it through optional()", () => route("/notes/:id", { deps: { user, id: optional(id) } })],
  ["an id reaches it through a branch", () => route("/notes/:id", { deps: { user, some: anyOf({ id, bare }) } })],
  ["an id stands beside its checked object", () => route("/notes/:id", { deps: { note: ownNote, id } })],
  ["a public route hands an id on", () => route("/notes/:id", { public: "published", deps: { id } })],
  ["an id of the query", () => route("/a", { deps: { user, note: query("note", z.string(), { identifies: "object" }) } })],
  ["an id of a header", () => route("/a", { deps: { user, note: header("X-Note", z.string(), { identifies: "object" }) } })],
  [
    "an id of the body",
    () => api(post("/a", any({ deps: { user, b: body(z.object({ note: z.string() }), { identifies: "object" }) } }), one)),
  ],
  [
    "a misspelt option does not excuse a path",
    () => route("/:id", { deps: { user, id: path("id", z.string(), any({ identify: "nothing" })) } }),
  ],
  ["two ids, none named", () => owned(any({ id, team, user }), load, yes)],
  ["two ids, one checked", () => route("/:team/:id", { deps: { o: owned({ id, team, user }, load, yes, { checks: ["id"] }) } })],
  ["no id named", () => route("/:id", { deps: { o: owned({ id, user }, load, yes, any({ checks: [] })) } })],
  ["an id named that is not there", () => owned({ id, user }, load, yes, any({ checks: ["other"] }))],
  [
    "the guard of the whole API hands an id on",
    () => createApi({ title: "T", version: "1", guard: id, routes: [get("/a", { deps: { user } }, one)] }),
  ],
]);

refuses("public_and_authenticated", [
  ["public beside a guard", () => route("/a", { public: "reason", deps: { user } })],
  ["public inside a guarded group", () => api(v1.get("/a", any({ public: "reason" }), one))],
]);

refuses("empty_reason", [
  ["public for no reason", () => route("/a", { public: "" })],
  ["public for blanks", () => route("/a", { public: "  " })],
  ["public as a flag", () => route("/a", { public: true })],
  ["unowned for no reason", () => unowned(any(""), { id }, load)],
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

refuses("wrong_dependency", [
  ["authenticate() without a scheme", () => authenticate(any({ bare }), load)],
  ["authenticate() over optional()", () => authenticate(any({ token: optional(token) }), load)],
  ["authenticate() over a branch without one", () => authenticate(any({ either: anyOf({ token, bare }) }), load)],
  ["authorize() over a scheme", () => authorize(any({ token }), load)],
  ["authorize() over optional()", () => authorize(any({ user: optional(user) }), load)],
  ["owned() with nobody asking", () => owned(any({ id }), load, yes)],
  ["owned() without belongs", () => owned({ id, user }, load, any(undefined))],
  ["permitted() for everyone who is signed in", () => permitted(any({ id, user }), load)],
  ["permitted() for a role without reach", () => permitted(any({ id, who: role.require("user") }), load)],
  [
    "permitted() for a role that may be another",
    () => permitted(any({ id, who: role.require(process.pid > 0 ? "user" : "admin") }), load),
  ],
  ["permitted() for a branch without reach", () => permitted(any({ id, who: anyOf({ admin, client }) }), load)],
  ["a reach that is misspelt", () => permitted(any({ id, who: authorize({ user }, load, any({ reach: "all" })) }), load)],
  ["roles() over nobody", () => roles({ admin: [] }, any(bare), () => "admin")],
  ["roles() over optional()", () => roles({ admin: [] }, any(optional(user)), () => "admin")],
  ["anyOf() of nothing", () => anyOf({})],
  ["a value that is no dependency", () => route("/a", { deps: { user: { id: "u1" } } })],
  ["a function that is none", () => route("/a", { deps: { user: load } })],
  ["an import that is not there yet", () => route("/a", { deps: { user: undefined } })],
  ["a function that is missing", () => authenticate({ token }, any(undefined))],
  ["dependencies that are none", () => route("/a", { deps: "user" })],
]);

refuses("unknown_role", [
  ["a role with a typo", () => role.require(any("amdin"))],
  [
    "a hierarchy with a typo",
    () =>
      roles(
        any({ admin: ["edtor"], editor: [] }),
        user,
        any(() => "admin"),
      ),
  ],
  ["a reach with a typo", () => roles({ admin: [] }, user, () => "admin", any({ reachAny: ["root"] }))],
]);
refuses("role_cycle", [["roles in a circle", () => roles({ a: ["b"], b: ["a"] }, user, () => "a")]]);

refuses("unknown_scope", [
  ["a scope with a typo", () => scopes(user, any("notes:raed"))],
  ["no scope", () => any(scopes)(user)],
  ["a scope of another scheme", () => scopes(any(client), any("notes:read"))],
  ["a scope of nobody", () => scopes(any(bare), any("notes:read"))],
]);

refuses("duplicate_dependency", [
  ["a group's guard is shadowed", () => api(v1.get("/a", any({ deps: { client: bare } }), one))],
  ["a group's guard is repeated", () => api(v1.get("/a", any({ deps: { client } }), one))],
]);

refuses("wrong_input", [
  ["Authorization as a header", () => header(any("Authorization"), z.string())],
  ["Cookie as a header", () => header(any("cookie"), z.string())],
  ["a query named like an id that says nothing", () => query("noteId", z.string())],
  ["a header named like an id that says nothing", () => header("X-Note-Id", z.string())],
  ["an input that identifies a typo", () => path("id", z.string(), any({ identifies: "nothin" }))],
  ["a body on GET", () => route("/a", { deps: { user, change: body(z.object({})) } })],
  ["a body that is JSON and a form", () => api(post("/a", { deps: { user, a: body(z.object({})), b: form(z.object({})) } }, one))],
]);

refuses("wrong_scheme", [
  ["a key in the URL that is not said aloud", () => apiKeyQuery(any({ name: "key" }))],
  ["a key in Authorization", () => apiKeyHeader({ name: "Authorization" })],
]);

refuses("wrong_option", [
  ["a word of the specification that is misspelt", () => route("/a", { deps: { user }, respnse: z.object({}) })],
  ["a specification that is missing", () => route("/a", undefined)],
  ["a handler that is missing", () => api(get("/a", { deps: { user } }, any(undefined)))],
]);

refuses("scheme_name_taken", [
  [
    "two schemes of one name",
    () => {
      const other = apiKeyHeader({ name: "X-Other-Key" });
      return api(get("/a", { deps: { client } }, one), get("/b", { deps: { other: authenticate({ other }, load) } }, one));
    },
  ],
]);

refuses("duplicate_route", [
  [
    "one path under two names",
    () =>
      api(
        get("/:a", { public: "reason", deps: { a: path("a", z.string(), { identifies: "nothing" }) } }, one),
        get("/:b", { deps: { user, b: path("b", z.string(), { identifies: "nothing" }) } }, one),
      ),
  ],
]);
