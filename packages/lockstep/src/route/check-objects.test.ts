import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { owned } from "../access/owned.ts";
import { permitted } from "../access/permitted.ts";
import { unowned } from "../access/unowned.ts";
import { anyOf } from "../dependency/any-of.ts";
import type { AnyDependency, Dependency } from "../dependency/dependency.ts";
import { depends } from "../dependency/depends.ts";
import { entriesOf } from "../dependency/node.ts";
import { body } from "../input/body.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { rawBody } from "../input/raw-body.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { compileRoute } from "./compiled-route.ts";
import { get, post, type Route } from "./route.ts";

const user = authenticate({ token: httpBearer() }, () => ({ id: "1" }));
const { definition } = get("/", { public: "a template for the routes below" }, () => "x");

const starts = (template: string, deps: Readonly<Record<string, AnyDependency>>) => {
  const entries = entriesOf("a test", { user, ...deps });
  // The rules of these tests are about graphs: the compiler cannot see them.
  const route: Route = { method: "GET", template, definition: { ...definition, public: undefined, entries } };
  return compileRoute(route, []);
};

const teamId = path("teamId", z.string());
const noteId = path("noteId", z.string());
const row = { id: "1", ownerId: "1" };
const team = owned(
  { teamId, user },
  () => row,
  ({ ownerId }) => ownerId,
);
const nested = "/teams/:teamId/notes/:noteId";
const unnested = { code: "unnested_object" };

/** A check of the note that rests on nothing but who is asking. */
const loose = (options: { readonly apart?: string } = {}) =>
  owned(
    { noteId, user },
    () => row,
    ({ ownerId }) => ownerId,
    options,
  );

test("the inner of two checked ids rests on the outer one, whichever verbs check them", () => {
  assert.throws(() => starts(nested, { team, note: loose() }), {
    ...unnested,
    message:
      'GET /teams/:teamId/notes/:noteId: put the check of path("teamId") among the dependencies of owned() that checks path("noteId"), or say why not with { apart: "reason" }: otherwise the object of one path can be reached through another',
  });
  const anyone = authorize({ user }, ({ user: who }) => who, { reach: "any" });
  const verbs = (given: object) => [
    owned(
      { noteId, user, ...given },
      () => row,
      ({ ownerId }) => ownerId,
    ),
    permitted({ noteId, anyone, ...given }, () => row),
    unowned("published", { noteId, user, ...given }, () => row),
  ];
  for (const inner of verbs({ team })) starts(nested, { inner });
  for (const inner of verbs({})) assert.throws(() => starts(nested, { team, inner }), unnested);
});

test("an inner check rests on the outer one through anything between them", () => {
  const membership = depends({ team }, () => "member");
  const inner = owned(
    { noteId, user, membership },
    () => row,
    ({ ownerId }) => ownerId,
  );
  starts(nested, { inner });
});

test("a check that does not rest on the outer one says why, and only that one is excused", () => {
  starts(nested, { team, note: loose({ apart: "a note may belong to several teams" }) });
  assert.throws(() => loose({ apart: " " }), { code: "empty_reason" });
  // Of two checks of one id each answers for itself.
  const second = loose();
  const excused = loose({ apart: "a test" });
  assert.throws(() => starts(nested, { team, excused, second }), unnested);
});

test("it is the order of the path that counts, not that of the record, and each id hangs on the one before it", () => {
  assert.throws(() => starts(nested, { note: loose(), team }), unnested);
  const lineId = path("lineId", z.string());
  const inner = owned(
    { noteId, user, team },
    () => row,
    ({ ownerId }) => ownerId,
  );
  const line = (outer: AnyDependency) =>
    unowned("checked with its note", { lineId, outer: outer as Dependency<unknown>, user }, () => row);
  const deep = `${nested}/lines/:lineId`;
  starts(deep, { line: line(inner) });
  assert.throws(() => starts(deep, { inner, line: line(team) }), {
    ...unnested,
    message: /put the check of path\("noteId"\) among the dependencies of unowned\(\) that checks path\("lineId"\)/,
  });
});

test("one id, an id that is nothing, and ids outside the path need no nesting", () => {
  starts("/teams/:teamId", { team });
  const year = path("year", z.int(), { identifies: nothing("a calendar year") });
  const byYear = owned(
    { noteId, year, user },
    () => row,
    ({ ownerId }) => ownerId,
  );
  starts("/years/:year/notes/:noteId", { byYear });
  const other = owned(
    { other: query("otherId", z.string()), user },
    () => row,
    ({ ownerId }) => ownerId,
  );
  starts("/teams/:teamId", { team, other });
});

test("one branch of an anyOf() that does not rest on the outer check is enough to refuse", () => {
  const service = authenticate({ key: apiKeyHeader({ name: "X-Key" }) }, () => ({ id: "2" }));
  const byService = unowned("services see all", { noteId, service }, () => row);
  const inner = owned(
    { noteId, user, team },
    () => row,
    ({ ownerId }) => ownerId,
  );
  assert.throws(() => starts(nested, { team, note: anyOf({ inner, byService }) }), unnested);
});

test("one id has one meaning: two inputs that read it in different ways do not start", () => {
  const wrong = { code: "wrong_input", message: /declare path\("noteId"\) once and use the one constant/ };
  const short = path("noteId", z.string().max(9));
  const load = (id: AnyDependency) =>
    unowned("a test", { id: id as Dependency<unknown, "object-id:path.noteId">, user }, () => row);
  assert.throws(() => starts("/notes/:noteId", { note: loose(), other: load(short) }), wrong);
  // The checked value is not the loaded one, though both have the same JSON Schema.
  const changed = [
    z.string().toUpperCase(),
    z.string().trim(),
    z.string().transform((text) => text.slice(1)),
    toStandardJsonSchema(v.pipe(v.string(), v.toUpperCase())),
    toStandardJsonSchema(
      v.pipe(
        v.string(),
        v.transform((text) => text.slice(1)),
      ),
    ),
    type("string.upper"),
    type("string").pipe((text) => text.slice(1)),
  ];
  for (const schema of changed)
    assert.throws(() => starts("/notes/:noteId", { note: loose(), other: load(path("noteId", schema)) }), wrong);
  // The controls: the same constant, and one that is written alike.
  starts("/notes/:noteId", { note: loose(), other: load(noteId) });
  starts("/notes/:noteId", { note: loose(), other: load(path("noteId", z.string())) });
});

test("inputs that are not ids may be read in different ways", () => {
  const wide = query("limit", z.int());
  const narrow = query("limit", z.int().max(10));
  starts("/", { wide, narrow });
});

test("an input that may hold anything says whether ids are in it", () => {
  const open = { public: "a test" } as const;
  const asked = { code: "ambiguous_input" };
  const compiled = (route: Route) => compileRoute(route, []);
  assert.throws(() => compiled(post("/", { ...open, status: 200, deps: { raw: rawBody() } }, () => 1)), {
    ...asked,
    message:
      'POST /: say whether ids of objects are in rawBody(), with { identifies: "object" } or { identifies: nothing("what it is instead") }: it takes bytes that may hold anything',
  });
  const said = { identifies: nothing("a picture") };
  compiled(post("/", { ...open, status: 200, deps: { raw: rawBody(said) } }, () => 1));
  for (const schema of [
    z.any(),
    z.unknown(),
    z.record(z.string(), z.string()),
    z.looseObject({}),
    z.string(),
    z.array(z.string()),
  ]) {
    assert.throws(() => compiled(post("/", { ...open, status: 200, deps: { sent: body(schema) } }, () => 1)), asked);
    compiled(post("/", { ...open, status: 200, deps: { sent: body(schema, said) } }, () => 1));
  }
  compiled(post("/", { ...open, status: 200, deps: { sent: body(z.object({ text: z.string() })) } }, () => 1));
});
