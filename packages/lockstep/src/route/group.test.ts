import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { service, serviceKey, user, userKey } from "../dependency/caller.fixture.ts";
import { depends } from "../dependency/depends.ts";
import { runAll } from "../dependency/execution.fixture.ts";
import { owned } from "../access/owned.ts";
import { anyScope } from "../access/scopes.ts";
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
    v1.get("/a", {}, handler),
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
