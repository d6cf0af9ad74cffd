import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { identified } from "../outcome/identified.ts";
import { owned } from "../access/owned.ts";
import { anyScope, scopes } from "../access/scopes.ts";
import { unowned } from "../access/unowned.ts";
import { entriesOf } from "../dependency/node.ts";
import { readOverrides } from "../dependency/override.ts";
import { body } from "../input/body.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { compileRoute, overrideRoute } from "../route/compiled-route.ts";
import { group } from "../route/group.ts";
import { del, get, patch, post, type Route } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { oauth2PasswordBearer } from "../scheme/oauth2-password-bearer.ts";
import { openApiDocument } from "./document.ts";
import type { OpenApiDocument } from "./openapi.ts";

const about = { title: "Notes", version: "1.0.0" };
const compile = (route: Route) => compileRoute(route, []);
const documentOf = (...routes: Route[]): OpenApiDocument => openApiDocument(about, routes.map(compile));

const token = oauth2PasswordBearer({ tokenUrl: "/auth/token", scopes: { "notes:write": "Change notes" } });
const user = authenticate({ token }, () => identified({ id: "1", isActive: true }, { sub: "1" }));
const activeUser = authorize({ user }, ({ user }) => user);
const Note = z.object({ id: z.string(), text: z.string(), ownerId: z.string() }).meta({ id: "Note" });
const NoteChange = z.object({ text: z.string() }).meta({ id: "NoteChange" });
const ownNote = owned(
  { id: path("id", z.string().max(36)), user: activeUser },
  ({ id }) => ({ id, text: "", ownerId: "1" }),
  (note) => note.ownerId,
);

const problem = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
const requestId = { "X-Request-Id": { $ref: "#/components/headers/X-Request-Id" } };
const challenge = { "WWW-Authenticate": { $ref: "#/components/headers/WWW-Authenticate" } };

test("a whole document, from the graph alone", () => {
  const update = patch(
    "/notes/:id",
    {
      summary: "Changes a note",
      tags: ["notes"],
      response: Note,
      deps: { note: ownNote, user: scopes(activeUser, "notes:write"), change: body(NoteChange) },
    },
    ({ note, change }) => ({ ...note, ...change }),
  );
  const { components, ...document } = documentOf(
    get("/health", { public: "load balancer probe" }, () => "Ok"),
    update,
  );
  assert.deepEqual(document, {
    openapi: "3.1.1",
    info: { title: "Notes", version: "1.0.0" },
    paths: {
      "/health": {
        get: {
          operationId: "getHealth",
          responses: {
            200: {
              description: "Success.",
              headers: requestId,
              content: { "application/json": { schema: { type: ["string", "number", "boolean", "null"] } } },
            },
          },
          security: [],
          "x-lockstep-public": "load balancer probe",
        },
      },
      "/notes/{id}": {
        patch: {
          operationId: "patchNotesById",
          tags: ["notes"],
          summary: "Changes a note",
          parameters: [{ name: "id", in: "path", required: true, schema: { type: "string", maxLength: 36 } }],
          requestBody: { required: true, content: { "application/json": { schema: { $ref: "#/components/schemas/NoteChange" } } } },
          responses: {
            200: {
              description: "Success.",
              headers: requestId,
              content: { "application/json": { schema: { $ref: "#/components/schemas/Note" } } },
            },
            400: {
              description: "The request is not well-formed: broken syntax, or something that may come once came twice.",
              headers: requestId,
              content: problem,
            },
            401: { description: "No valid credential came.", headers: { ...challenge, ...requestId }, content: problem },
            403: { description: "The caller may not do this.", headers: { ...challenge, ...requestId }, content: problem },
            404: { description: "There is no such object for this caller.", headers: requestId, content: problem },
            413: { description: "The body is too large, too deep or has too many members.", headers: requestId, content: problem },
            415: {
              description: "The body is of a media type, charset or encoding that is not taken.",
              headers: requestId,
              content: problem,
            },
            422: { description: "The inputs do not fit; each error says where.", headers: requestId, content: problem },
          },
          security: [{ OAuth2PasswordBearer: ["notes:write"] }],
        },
      },
    },
  });
  assert.deepEqual(Object.keys(components.schemas ?? {}), ["NoteChange", "Note", "Problem"]);
  assert.deepEqual(components.securitySchemes, {
    OAuth2PasswordBearer: {
      type: "oauth2",
      flows: { password: { scopes: { "notes:write": "Change notes" }, tokenUrl: "/auth/token" } },
    },
  });
});

test("what the API and its routes say of themselves is written down", () => {
  const servers = [{ url: "https://api.example", description: "Production" }];
  const route = get(
    "/",
    { public: "test", description: "Long.", deprecated: true, operationId: "root", tags: ["a", "b", "a"] },
    () => 1,
  );
  const document = openApiDocument({ ...about, description: "About notes.", servers }, [compile(route)]);
  assert.deepEqual([document.info, document.servers], [{ ...about, description: "About notes." }, servers]);
  const { responses: _, ...operation } = document.paths["/"]?.get ?? {};
  assert.deepEqual(operation, {
    operationId: "root",
    tags: ["a", "b"],
    description: "Long.",
    deprecated: true,
    security: [],
    "x-lockstep-public": "test",
  });
});

test("the dependencies of a group and of the whole API are documented with each route", () => {
  const client = authenticate({ key: apiKeyHeader({ name: "X-Key" }) }, () => ({ id: "client" }));
  const v1 = group({ prefix: "/v1", tags: ["v1"], deps: { client } });
  const guards = entriesOf("test", { "#guard0": activeUser });
  const document = openApiDocument(about, [
    compileRoute(
      v1.get("/data", {}, () => 1),
      guards,
    ),
  ]);
  const operation = document.paths["/v1/data"]?.get;
  assert.deepEqual(operation?.security, [{ OAuth2PasswordBearer: [], APIKeyHeader: [] }]);
  assert.deepEqual(Object.keys(operation?.responses ?? {}), ["200", "400", "401", "403"]);
});

test("an object that every caller may see says why", () => {
  const published = unowned("published posts are public", { id: path("id", z.uuid()) }, () => ({}));
  const operation = documentOf(get("/posts/:id", { public: "anyone reads", deps: { published } }, () => 1)).paths["/posts/{id}"]
    ?.get;
  assert.deepEqual(operation?.["x-lockstep-unowned"], ["published posts are public"]);
});

test("everything that a route excuses is written down with its reason", () => {
  const member = owned(
    { teamId: path("teamId", z.string()), user: activeUser },
    ({ teamId }) => ({ id: teamId, ownerId: "1" }),
    (team) => team.ownerId,
  );
  const shared = owned(
    { id: path("id", z.string()), user: activeUser },
    ({ id }) => ({ id, ownerId: "1" }),
    (note) => note.ownerId,
    { apart: "a note may be shared with several teams" },
  );
  const deps = {
    member,
    shared,
    user: anyScope(activeUser, "anyone may move a note"),
    cursorId: query("cursorId", z.uuid(), { identifies: nothing("a position in the caller's own list") }),
    change: body(z.object({ requestId: z.string() }), { identifies: { requestId: nothing("made by the client") } }),
  };
  const route = post("/teams/:teamId/notes/:id", { deps, response: unchecked("whole rows") }, () => ({}));
  const operation = documentOf(route).paths["/teams/{teamId}/notes/{id}"]?.post;
  const said = Object.entries(operation ?? {}).filter(([name]) => name.startsWith("x-"));
  assert.deepEqual(Object.fromEntries(said), {
    "x-lockstep-any-scope": ["anyone may move a note"],
    "x-lockstep-apart": ["a note may be shared with several teams"],
    "x-lockstep-identifies-nothing": {
      "query.cursorId": "a position in the caller's own list",
      "body.requestId": "made by the client",
    },
    "x-lockstep-unchecked": "whole rows",
  });
  // The control: a route that excuses nothing says none of it.
  const plain = documentOf(get("/me", { deps: { user: activeUser }, response: z.string() }, () => "1")).paths["/me"]?.get;
  assert.deepEqual(
    Object.keys(plain ?? {}).filter((name) => name.startsWith("x-")),
    [],
  );
});

test("overrides do not change the document", () => {
  const route = get("/me", { deps: { user: activeUser } }, () => 1);
  const overrides = readOverrides([[user, { id: "2", isActive: true }]]);
  assert.deepEqual(openApiDocument(about, [overrideRoute(compile(route), overrides)]), documentOf(route));
});

test("paths that differ in the names of parameters only are one path, named by the first route", () => {
  const id = path("id", z.int(), { identifies: nothing("a test") });
  const noteId = path("noteId", z.int(), { identifies: nothing("a test") });
  const { paths } = documentOf(
    get("/notes/:id", { public: "test", deps: { id } }, () => 1),
    del("/notes/:noteId", { status: 200, public: "test", deps: { noteId } }, () => 1),
  );
  assert.deepEqual(Object.keys(paths), ["/notes/{id}"]);
  assert.deepEqual(
    [paths["/notes/{id}"]?.get, paths["/notes/{id}"]?.delete].map((one) => one?.parameters?.map(({ name }) => name)),
    [["id"], ["id"]],
  );
});

test("two operations of one id do not start", () => {
  const routes = ["/a", "/b"].map((template) => get(template, { public: "test", operationId: "same" }, () => 1));
  assert.throws(() => documentOf(...routes), {
    code: "duplicate_operation",
    message: 'give GET /a or GET /b an { operationId } of its own: both are called "same"',
  });
});

test("a hidden route is not in the document, nor are its names, its schemas and its security scheme", () => {
  const Secret = z.object({ plan: z.string() }).meta({ id: "Plan" });
  const key = apiKeyHeader({ name: "X-Internal" });
  const robot = authenticate({ key }, () => ({ id: "robot" }));
  const spec = { deps: { robot }, response: Secret, operationId: "shown" };
  const shown = get("/shown", { deps: { user }, response: Note, operationId: "shown" }, () => ({ id: "", text: "", ownerId: "" }));
  const plan = () => ({ plan: "" });
  const inGroup = group({ prefix: "/internal", hidden: true }).get("/plan", spec, plan);
  const document = documentOf(shown, get("/plan", { ...spec, hidden: true }, plan), inGroup);
  assert.deepEqual(document, documentOf(shown));
  assert.doesNotMatch(JSON.stringify(document), /[Pp]lan|Internal|APIKey/);
  // The control: without the word it is there.
  const open = documentOf(get("/plan", spec, plan));
  assert.deepEqual(Object.keys(open.paths), ["/plan"]);
  assert.ok(open.components.schemas?.["Plan"] !== undefined && open.components.securitySchemes?.["APIKeyHeader"] !== undefined);
  // A path with a hidden and a shown method has the shown one.
  const both = documentOf(
    get("/a", { public: "a test" }, () => 1),
    post("/a", { status: 200, public: "a test", hidden: true }, () => 1),
  );
  assert.deepEqual(Object.keys(both.paths["/a"] ?? {}), ["get"]);
});
