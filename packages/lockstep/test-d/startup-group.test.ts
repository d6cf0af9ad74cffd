/** What the compiler refuses of groups, start-up refuses as well: the same programs, for JavaScript callers and through `any`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { anyScope, createApi, get, group, nothing, optional, owned, path } from "lockstep";
import { any, api, load, one, ownerOf, refuses, type Case, world } from "./startup.fixture.ts";

const { user, client, bare, id, team, ownNote } = world;
const ownTeam = owned({ team, user }, load, ownerOf);
const year = path("year", z.int(), { identifies: nothing("a test") });
const outer = group({ prefix: "/outer", deps: { user } });
const shop = group({ prefix: "/shop", public: "a shop window" });

test("the same programs without the flaw start", () => {
  const teams = outer.group({ prefix: "/teams/:team", deps: { ownTeam } });
  const inTeam = owned({ id, ownTeam, user }, load, ownerOf);
  const started = api(
    teams.get("/a", {}, one),
    teams.group({ prefix: "/notes/:id", deps: { inTeam } }).get("/", {}, one),
    outer.group({ deps: { asked: anyScope(user, "a test") } }).post("/b", { status: 200 }, one),
    outer.group({ prefix: "/years/:year" }).get("/c", { deps: { year } }, one),
    shop.get("/d", {}, one),
    shop.get("/e", { public: "another reason" }, one),
    shop.group({ prefix: "/f", deps: { bare } }).get("/", { deps: { user: optional(user) } }, one),
    group({ hidden: true }).get("/g", { deps: { client } }, one),
  );
  assert.equal(started.routes.length, 8);
});

refuses("duplicate_dependency", [
  ["a name of the outer group", () => outer.group(any({ prefix: "/a", deps: { user: bare } }))],
  ["a name of the outermost group", () => outer.group({ prefix: "/a" }).group(any({ prefix: "/b", deps: { user } }))],
  ["a name of the outermost group, in a route", () => api(outer.group({ prefix: "/a" }).get(any("/b"), { deps: { user } }, one))],
]);

refuses("public_and_authenticated", [
  ["one group says both", () => group(any({ prefix: "/a", public: "reason", deps: { user } }))],
  ["the outer group authenticates", () => outer.group(any({ prefix: "/a", public: "reason" }))],
  ["the outer group is public", () => shop.group(any({ prefix: "/a", deps: { user } }))],
  [
    "the outer group is public, and the inner one says so as well",
    () => shop.group(any({ prefix: "/a", public: "b", deps: { user } })),
  ],
  ["a route of a public group authenticates", () => api(shop.get(any("/a"), { deps: { user } }, one))],
  [
    "a route of a group in a public group authenticates",
    () => api(shop.group({ prefix: "/a" }).get(any("/b"), { deps: { note: ownNote } }, one)),
  ],
  [
    "the guard of the whole API authenticates",
    () => createApi({ title: "T", version: "1", guard: user, routes: [shop.get("/a", {}, one)] }),
  ],
]);

refuses("unprotected_route", [
  ["nothing protects in any group", () => api(group({ prefix: "/a" }).group({ prefix: "/b" }).get(any("/c"), {}, one))],
  ["public is undefined", () => api(group({ public: any(undefined) }).get(any("/a"), {}, one))],
  ["hidden is taken for protection", () => api(get(any("/a"), { hidden: true }, one))],
  ["a hidden group is taken for protection", () => api(group({ hidden: true }).get(any("/a"), {}, one))],
]);

refuses("empty_reason", [
  ["a group that is public for no reason", () => group(any({ prefix: "/a", public: "" }))],
  ["a group that is public for blanks", () => group({ public: any(" ") })],
  ["a group that is public for true", () => group({ public: any(true) })],
  ["a route of a public group for no reason", () => api(shop.get(any("/a"), any({ public: "" }), one))],
]);

refuses("unchecked_object", [
  ["an id in the prefix of an outer group", () => api(outer.group({ prefix: "/:id", deps: { id } }).get(any("/a"), {}, one))],
  ["an id in a public group", () => api(shop.get(any("/:id"), { deps: { id } }, one))],
]);

refuses("wrong_parameter", [
  ["nobody uses the parameter of a nested prefix", () => api(outer.group({ prefix: "/:a" }).get(any("/b"), {}, one))],
  ["the path lacks what a nested group reads", () => api(outer.group({ prefix: "/a", deps: { year } }).get(any("/b"), {}, one))],
]);

refuses("unnested_object", [
  [
    "an inner group's object that has nothing to do with the outer's",
    () => api(outer.group({ prefix: "/:team", deps: { ownTeam } }).group({ prefix: "/:id", deps: { ownNote } }).get("/", {}, one)),
  ],
]);

refuses("wrong_path", [
  ...["a", "a/b", "/a/", "//a", "/*", "/:id.json"].map((prefix): Case => [
    `the prefix "${prefix}" of a nested group`,
    () => api(outer.group({ prefix: any(prefix) }).get(any("/b"), any({}), one)),
  ]),
  ["a prefix that is not text", () => group({ prefix: any(5) })],
  ["one name twice", () => api(outer.group({ prefix: "/:year" }).group({ prefix: "/:year" }).get("/", { deps: { year } }, one))],
]);

refuses("wrong_dependency", [
  ["something else than a dependency", () => outer.group({ deps: any({ db: {} }) })],
  ["a list of dependencies", () => outer.group({ deps: any("user") })],
]);

refuses("wrong_option", [
  ["a misspelt word of a nested group", () => outer.group(any({ prefx: "/a" }))],
  ["hidden in words", () => outer.group({ hidden: any("yes") })],
  ["a hidden route in words", () => outer.get("/a", { hidden: any("no") }, one)],
  ["no specification", () => outer.group(any(undefined))],
]);
