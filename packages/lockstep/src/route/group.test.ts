import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { service, serviceKey, user, userKey } from "../dependency/caller.fixture.ts";
import { depends } from "../dependency/depends.ts";
import { runAll } from "../dependency/execution.fixture.ts";
import { owned } from "../access/owned.ts";
import { anyScope } from "../access/scopes.ts";
import { createApi } from "../api/api.ts";
import { path } from "../input/path.ts";
import { type CompiledRoute, compileRoute } from "./compiled-route.ts";
import { group } from "./group.ts";
import { get, type Route } from "./route.ts";
import { unchecked } from "./unchecked.ts";

const compiled = (route: Route): CompiledRoute => compileRoute(route, []);
const v1 = group({ prefix: "/v1", tags: ["API v1"], deps: { client: anyScope(service, "a test") } });

test("each verb makes a route of its method under the prefix", () => {
  const handler = () => undefined;
  const routes = [
    v1.get("/a", { status: 204 }, handler),
    v1.post("/a", {}, handler),
    v1.put("/a", {}, handler),
    v1.patch("/a", {}, handler),
    v1.del("/a", {}, handler),
  ];
  assert.deepEqual(
    routes.map(({ method, template }) => `${method} ${template}`),
    ["GET /v1/a", "POST /v1/a", "PUT /v1/a", "PATCH /v1/a", "DELETE /v1/a"],
  );
});

test("the root of a group is its prefix: a path has no trailing slash", () => {
  for (const template of ["/", ""] as const)
    assert.equal(compiled(v1.get(template, { response: unchecked("a test") }, () => ({}))).template, "/v1");
});

test("the group's guard runs before the route's dependencies, and hands its value on", async () => {
  const seen: string[] = [];
  const guard = depends({ service }, ({ service }) => {
    seen.push("group");
    return service;
  });
  const own = group({ prefix: "/v1", deps: { guard } });
  const route = own.get(
    "/data",
    { deps: { user, data: depends({}, () => seen.push("route")) } },
    ({ guard, user }) => `${guard.name} ${user.name}`,
  );
  const { entries } = compiled(route);
  assert.deepEqual(
    entries.map(({ key }) => key),
    ["guard", "user", "data"],
  );
  const ended = await runAll({ guard, user, data: depends({}, () => 1) }, { present: [userKey, serviceKey] });
  assert.ok(typeof ended === "object");
  assert.equal(route.definition.handler(ended.values), "service user");
  assert.equal(seen[0], "group");
});

test("a route of a group needs the group's credential though it names none of its own", () => {
  const { plan } = compiled(v1.get("/data", { response: unchecked("a test") }, ({ client }) => ({ data: client.name })));
  assert.deepEqual(
    plan.outcomes.map(({ kind }) => kind),
    ["challenge", "run"],
  );
  // Outside the group the same route is unprotected, and does not start.
  const bare = get("/data", { public: "the control", response: unchecked("a test") }, () => ({}));
  const unprotected: Route = { ...bare, definition: { ...bare.definition, public: undefined } };
  assert.throws(() => compiled(unprotected), { code: "unprotected_route" });
  compiled(bare);
});

test("a route of a guarded group cannot be public", () => {
  const route = v1.get("/data", { response: unchecked("a test") }, () => ({}));
  const opened: Route = { ...route, definition: { ...route.definition, public: "no reason" } };
  assert.throws(() => compiled(opened), { code: "public_and_authenticated" });
});

test("a key of the group cannot be declared again by a route", () => {
  const route = v1.get("/data", { response: unchecked("a test") }, () => ({}));
  const twice: Route = {
    ...route,
    definition: { ...route.definition, entries: [...route.definition.entries, ...route.definition.entries] },
  };
  assert.throws(() => compiled(twice), {
    code: "duplicate_dependency",
    message: /rename the dependency "client": the group already declares one of this name$/,
  });
});

test("tags of the group come first", () => {
  assert.deepEqual(v1.get("/a", { tags: ["data"], response: unchecked("a test") }, () => ({})).definition.tags, ["API v1", "data"]);
  assert.deepEqual(
    group({ prefix: "/v2" }).get("/a", { public: "open", response: unchecked("a test") }, () => ({})).definition.tags,
    [],
  );
});

test("a parameter of the prefix is one of the route's, and is used by a dependency", () => {
  const team = owned(
    { team: path("team", z.string()), user },
    () => ({ ownerId: "user" }),
    ({ ownerId }) => ownerId,
  );
  const teams = group({ prefix: "/teams/:team", deps: { team } });
  assert.equal(compiled(teams.get("/notes", { response: unchecked("a test") }, () => ({}))).template, "/teams/:team/notes");
  const unused: Route = { ...teams.get("/notes", { response: unchecked("a test") }, () => ({})), template: "/teams/notes" };
  assert.throws(() => compiled(unused), { code: "wrong_parameter", message: /add :team to the path/ });
});

test("a prefix is a path", () => {
  const open = { public: "open" } as const;
  // JavaScript callers can pass anything.
  const under = (prefix: string) => compiled(group({ prefix } as { prefix: "/x" }).get("/a", open, () => 1));
  assert.equal(under("/v1").template, "/v1/a");
  for (const prefix of ["v1", "/v1/", "/", "/v*"]) assert.throws(() => under(prefix), { code: "wrong_path" }, prefix);
});

test("groups nest to any depth: prefixes join, and tags and dependencies add up, the outermost's first", () => {
  const value = (name: string) => depends({}, () => name);
  const team = owned(
    { team: path("team", z.string()), user },
    () => ({ ownerId: "user" }),
    ({ ownerId }) => ownerId,
  );
  const outer = group({ prefix: "/v1", tags: ["v1"], deps: { user } });
  const teams = outer.group({ prefix: "/teams/:team", tags: ["teams"], deps: { team } });
  const plain = teams.group({ deps: { plain: value("plain") } });
  const route = plain
    .group({ prefix: "/deep" })
    .get("/er", { tags: ["own"], deps: { own: value("own") } }, (values) => Object.keys(values).join());
  const { template, entries, definition } = compiled(route);
  assert.equal(template, "/v1/teams/:team/deep/er");
  assert.deepEqual(definition.tags, ["v1", "teams", "own"]);
  assert.deepEqual(
    entries.map(({ key, gate }) => [key, gate]),
    [
      ["user", 1],
      ["team", 2],
      ["plain", 3],
      ["own", undefined],
    ],
  );
  // The root of a nested group is its prefix, and siblings have nothing of each other.
  assert.equal(compiled(teams.get("/", {}, () => 1)).template, "/v1/teams/:team");
  assert.deepEqual(
    compiled(outer.get("/", {}, () => 1)).entries.map(({ key }) => key),
    ["user"],
  );
  assert.equal(
    compiled(
      group({})
        .group({})
        .get("/", { public: "open" }, () => 1),
    ).template,
    "/",
  );
});

test("each verb of a nested group makes a route of its method", () => {
  const inner = group({ prefix: "/a", public: "a test" }).group({ prefix: "/b" });
  const routes = (["get", "post", "put", "patch", "del"] as const).map((verb) => inner[verb]("/c", { status: 200 }, () => 1));
  assert.deepEqual(
    routes.map((route) => `${route.method} ${compiled(route).template}`),
    ["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => `${method} /a/b/c`),
  );
});

test("a thousand groups inside each other run their gates in order, before the route's own", async () => {
  const seen: number[] = [];
  let deepest: { group: typeof group; get: typeof get } = group({ public: "a test" });
  for (let depth = 1; depth <= 1000; depth += 1) {
    deepest = deepest.group({ deps: { [`gate${depth}`]: depends({}, () => seen.push(depth)) } });
  }
  const route = deepest.get("/", { public: "a test", deps: { own: depends({}, () => seen.push(0)) } }, () => 1);
  const api = createApi({ title: "t", version: "1", audit: () => {}, routes: [route] });
  assert.equal((await api.fetch(new Request("http://x/"))).status, 200);
  assert.deepEqual(seen, [...Array.from({ length: 1000 }, (_, index) => index + 1), 0]);
});

test("a group that is public says why for its routes, and a route may say another reason", () => {
  const shop = group({ prefix: "/shop", public: "a shop window" });
  const reasonOf = (route: Route) => compiled(route).definition.public;
  assert.equal(reasonOf(shop.get("/a", {}, () => 1)), "a shop window");
  assert.equal(reasonOf(shop.get("/a", { public: "prices" }, () => 1)), "prices");
  assert.equal(reasonOf(shop.group({ prefix: "/b" }).get("/a", {}, () => 1)), "a shop window");
  assert.equal(reasonOf(shop.group({ public: "sale" }).get("/a", {}, () => 1)), "sale");
});

test("a group that is hidden hides its routes, unless one says otherwise", () => {
  const internal = group({ hidden: true, public: "a test" });
  const isHidden = (route: Route) => compiled(route).definition.hidden;
  assert.equal(isHidden(internal.get("/a", {}, () => 1)), true);
  assert.equal(isHidden(internal.get("/a", { hidden: false }, () => 1)), false);
  assert.equal(isHidden(internal.group({}).get("/a", {}, () => 1)), true);
  assert.equal(isHidden(internal.group({ hidden: false }).get("/a", {}, () => 1)), false);
  assert.equal(isHidden(get("/a", { public: "a test" }, () => 1)), false);
});

test("a mistake in a nested group is told where it is declared, with its whole prefix", () => {
  const outer = group({ prefix: "/v1", deps: { user } });
  // The types know nothing of the record that is spread here.
  const wrong = (spec: object) => () => outer.group({ prefix: "/a", ...spec });
  assert.throws(wrong({ deps: { user } }), { message: /^group\(\/v1\/a\): rename the dependency "user": the group already/ });
  assert.throws(wrong({ public: "all" }), { message: /^group\(\/v1\/a\): remove public or the authenticated dependency/ });
  assert.throws(wrong({ hidden: 1 }), { message: /^group\(\/v1\/a\): set hidden to true or false/ });
  assert.ok(wrong({})());
});
