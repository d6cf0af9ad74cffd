/** The verbs and what they need, at start-up: the rules of the compiler, and those that need the graph. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import {
  anyOf,
  anyScope,
  apiKeyHeader,
  apiKeyQuery,
  authenticate,
  authorize,
  body,
  cookie,
  del,
  depends,
  firstOf,
  get,
  group,
  header,
  httpBearer,
  nothing,
  optional,
  owned,
  patch,
  path,
  permitted,
  post,
  put,
  query,
  rawBody,
  roles,
  scopes,
  signedHeader,
} from "lockstep";
import { any, api, load, one, ownerOf, refuses, route, world } from "./startup.fixture.ts";

const { token, user, writer, client, bare, role, admin, id, ownNote } = world;

refuses("wrong_dependency", [
  ["authenticate() without a scheme", () => authenticate(any({ bare }), load)],
  ["authenticate() over optional()", () => authenticate(any({ token: optional(token) }), load)],
  ["authenticate() over a branch without one", () => authenticate(any({ either: anyOf({ token, bare }) }), load)],
  ["authorize() over a scheme", () => authorize(any({ token }), load)],
  ["authorize() over optional()", () => authorize(any({ user: optional(user) }), load)],
  ["owned() with nobody asking", () => owned(any({ id }), load, ownerOf)],
  [
    "owned() with a function of no parameter",
    () =>
      owned(
        { id, user },
        load,
        any(() => true),
      ),
  ],
  ["owned() over several principals", () => owned({ id, who: anyOf({ user, client }) }, load, ownerOf)],
  ["owned() for a principal that is not there", () => owned({ id, user }, load, ownerOf, any({ owner: "org" }))],
  ["owned() for an entry that no guard let through", () => owned({ id, user, bare }, load, ownerOf, any({ owner: "bare" }))],
  ["owned() without an owner", () => owned({ id, user }, load, any(undefined))],
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
  ["authenticate() over a header", () => authenticate(any({ token, as: header("X-Act-As", z.string()) }), load)],
  ["authenticate() over a query", () => authenticate(any({ token, as: query("as", z.string()) }), load)],
  ["authenticate() over a cookie", () => authenticate(any({ token, as: cookie("as", z.string()) }), load)],
  ["authenticate() over a body", () => authenticate(any({ token, as: body(z.object({ name: z.string() })) }), load)],
  ["authenticate() over a path", () => authenticate(any({ token, id }), load)],
  ["authenticate() over an input below", () => authenticate(any({ token, id: depends({ id }, one) }), load)],
  ["a reach over a header", () => authorize(any({ user, as: header("X-Role", z.string()) }), load, { reach: "any" })],
  ["a reach over an object that was loaded", () => authorize(any({ note: ownNote }), load, { reach: "any" })],
  [
    "a role with reach over a membership of the path",
    () => roles({ admin: [] }, any(ownNote), () => "admin", { reachAny: ["admin"] }),
  ],
  ["anyScope() over nobody", () => anyScope(any(bare), "a test")],
  ["anyScope() over optional()", () => anyScope(any(optional(user)), "a test")],
  ["firstOf() of one rule", () => firstOf({ user })],
  ["firstOf() over two credentials", () => firstOf({ user, client })],
]);

test("authenticate() may use signed headers, raw bytes and a segment that is nothing", () => {
  const tenant = path("tenant", z.string(), { identifies: nothing("the tenant whose key verifies") });
  const payload = rawBody({ identifies: nothing("signed by the sender") });
  const key = apiKeyHeader({ name: "X-Signature" });
  const hook = authenticate({ key, at: signedHeader("X-Timestamp"), payload, tenant }, load);
  assert.doesNotThrow(() => api(post("/hooks/:tenant", { status: 200, deps: { hook } }, one)));
});

const files = authenticate({ files: httpBearer({ schemeName: "Files", scopes: { "files:write": "Change files" } }) }, load);
refuses("scopes_unasked", [
  ["POST", () => api(post(any("/a"), any({ deps: { user } }), one))],
  ["PUT", () => api(put(any("/a"), any({ deps: { user } }), one))],
  ["PATCH", () => api(patch(any("/notes/:id"), any({ deps: { note: ownNote } }), one))],
  ["DELETE", () => api(del(any("/a"), any({ deps: { admin } }), one))],
  ["a group that did not ask", () => api(group({ prefix: "/v1", deps: { user } }).post(any("/a"), any({}), one))],
  ["one branch that was not asked", () => api(post(any("/a"), any({ deps: { who: anyOf({ writer, files }) } }), one))],
  ["a scope asked of one credential only", () => api(post("/a", { status: 200, deps: { writer, files } }, one))],
  ["one rule that was not asked", () => api(post(any("/a"), any({ deps: { who: firstOf({ one: writer, other: user }) } }), one))],
  ["what may be absent was asked", () => api(post(any("/a"), any({ deps: { user, maybe: optional(writer) } }), one))],
]);

test("a route that asked for a scope, or said why not, starts", () => {
  const unasked = anyScope(user, "a test");
  for (const who of [writer, unasked, anyOf({ writer, client }), firstOf({ one: writer, other: unasked })]) {
    assert.doesNotThrow(() => api(post("/a", { status: 200, deps: { who } }, one)));
  }
  assert.doesNotThrow(() => api(post("/a", { status: 200, deps: { writer, files: anyScope(files, "a test") } }, one)));
  assert.doesNotThrow(() => api(group({ prefix: "/v1", deps: { unasked } }).post("/a", { status: 200 }, one)));
});

const again = authenticate({ token: httpBearer({ schemeName: "Other" }) }, load);
refuses("dead_branch", [
  ["two bearer tokens", () => route("/a", { deps: { who: anyOf({ user, again }) } })],
  ["one credential twice", () => route("/a", { deps: { who: anyOf({ user, active: authorize({ user }, load) }) } })],
  ["below another dependency", () => route("/a", { deps: { who: depends({ who: anyOf({ user, again }) }, one) } })],
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
  ["a scope of another scheme", () => any(scopes)(client, "notes:read")],
  ["a scope of nobody", () => any(scopes)(bare, "notes:read")],
]);

refuses("wrong_scheme", [
  ["a key in the URL that is not said aloud", () => apiKeyQuery(any({ name: "key" }))],
  ["a key in Authorization", () => apiKeyHeader({ name: "Authorization" })],
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
