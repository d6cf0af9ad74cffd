import assert from "node:assert/strict";
import { test } from "node:test";
import { nothing } from "../input/nothing.ts";
import { compileRoute } from "../route/compiled-route.ts";
import { del, get, post, type Route } from "../route/route.ts";
import { group } from "../route/group.ts";
import { path } from "../input/path.ts";
import { z } from "zod";
import { operationIdOf } from "./operation-id.ts";

const idOf = (route: Route) => operationIdOf(compileRoute(route, []));
const open = { public: "test" } as const;
const year = path("year", z.int(), { identifies: nothing("a test") });
const userId = path("userId", z.uuid(), { identifies: nothing("a test") });

test("an id is made of the method and the path", () => {
  assert.equal(idOf(get("/", open, () => 1)), "getRoot");
  assert.equal(idOf(get("/notes", open, () => 1)), "getNotes");
  assert.equal(idOf(del("/notes/:year", { ...open, status: 200, deps: { year } }, () => 1)), "deleteNotesByYear");
  assert.equal(
    idOf(post("/users/:userId/notes/:year", { ...open, status: 200, deps: { userId, year } }, () => 1)),
    "postUsersByUserIdNotesByYear",
  );
  assert.equal(idOf(get("/.well-known/jwks.json", open, () => 1)), "getWellKnownJwksJson");
  assert.equal(idOf(group({ prefix: "/v1" }).get("/data", open, () => 1)), "getV1Data");
});

test("the route's own id is kept as it is", () => {
  assert.equal(idOf(get("/notes", { ...open, operationId: "list_notes" }, () => 1)), "list_notes");
});
