/** Ids of objects, at start-up: the rules of the compiler, and those that need the schema or the graph. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import {
  anyOf,
  body,
  bodyStream,
  cookie,
  createApi,
  del,
  depends,
  firstOf,
  form,
  get,
  group,
  header,
  nothing,
  optional,
  owned,
  path,
  permitted,
  post,
  query,
  rawBody,
  resource,
  unowned,
} from "lockstep";
import { multipart } from "lockstep/multipart";
import { any, api, type Case, load, one, ownerOf, refuses, route, world } from "./startup.fixture.ts";

const { user, client, bare, admin, id, team, ownNote } = world;

const byQuery = owned({ noteId: query("noteId", z.string()), user }, load, ownerOf);

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
  ["an object that may be absent checked it", () => route("/notes/:id", { deps: { user, note: optional(ownNote), id } })],
  ["one branch checked it", () => route("/notes/:id", { deps: { some: anyOf({ own: ownNote, client }), id } })],
  ["one rule checked it", () => route("/notes/:id", { deps: { some: firstOf({ own: ownNote, user }), id } })],
  [
    "its namesake in the query was checked",
    () => api(post(any("/a"), any({ deps: { client, note: byQuery, change: body(z.object({ noteId: z.string() })) } }), one)),
  ],
  ["a public route hands an id on", () => route("/notes/:id", { public: "published", deps: { id } })],
  ["an id of the query", () => route("/a", { deps: { user, note: query("note", z.string(), { identifies: "object" }) } })],
  ["an id of a header", () => route("/a", { deps: { user, note: header("X-Note", z.string(), { identifies: "object" }) } })],
  [
    "an id of the body",
    () =>
      api(
        post(any("/a"), any({ deps: { user, b: body(z.object({ note: z.string() }), { identifies: { note: "object" } }) } }), one),
      ),
  ],
  ["two ids, none named", () => owned(any({ id, team, user }), load, ownerOf)],
  [
    "two ids, one checked",
    () => route("/:team/:id", { deps: { o: owned({ id, team, user }, load, ownerOf, { checks: ["path.id"] }) } }),
  ],
  ["no id named", () => route("/:id", { deps: { o: owned({ id, user }, load, ownerOf, any({ checks: [] })) } })],
  ["an id named that is not there", () => owned({ id, user }, load, ownerOf, any({ checks: ["other"] }))],
  [
    "the guard of the whole API hands an id on",
    () => createApi({ title: "T", version: "1", guard: id, routes: [get("/a", { deps: { user } }, one)] }),
  ],
]);

const photo = { mediaTypes: ["image/png"], maxBytes: 1 };
const said = { identifies: nothing("a test") } as const;

/** A route that reads one input and hands it on, for a caller without scopes. */
const reading = (input: unknown): unknown => api(get(any("/a"), any({ deps: { client, input } }), one));
const sending = (input: unknown): unknown => api(post(any("/a"), any({ deps: { client, input } }), one));

describe("names that say id", () => {
  // The rule of the types, in `input.test-d.ts`.
  const named = [
    "id",
    "ids",
    "ID",
    "noteId",
    "noteIds",
    "noteID",
    "note_id",
    "note-id",
    "uuid",
    "guid",
    "noteUuid",
    "note_uuid",
    "owner",
    "user",
    "account",
  ];
  const owners = [
    "tenant",
    "org",
    "organization",
    "workspace",
    "team",
    "customer",
    "member",
    "X-Org-Id",
    "X-OrgId",
    "X-Account-ID",
    "X-Tenant",
    "X-User",
  ];
  refuses(
    "unchecked_object",
    [...named, ...owners].flatMap((name) => [
      [`query ${name}`, () => reading(query(name, z.string()))],
      [`a list of query ${name}`, () => reading(query(name, z.array(z.string())))],
      [`header ${name}`, () => reading(header(name, z.string()))],
      [`cookie ${name}`, () => reading(cookie(name, z.string()))],
      [`body ${name}`, () => sending(body(z.object({ [name]: z.string() })))],
      [`form ${name}`, () => sending(form(z.object({ [name]: z.string() })))],
    ]),
  );
  for (const name of ["grid", "paid", "void", "idea", "users", "ownership", "username", "valid", "X-Grid"]) {
    test(`${name} is not one of them`, () => {
      assert.doesNotThrow(() => reading(query(name, z.string())));
      assert.doesNotThrow(() => sending(body(z.object({ [name]: z.string() }))));
    });
  }
  for (const [what, schema] of [
    ["one of a few values", z.enum(["me", "all"])],
    ["a boolean", z.boolean()],
    ["a literal", z.literal("me")],
  ] as const) {
    test(`${what} is not an id, whatever its name`, () => {
      assert.doesNotThrow(() => reading(query("owner", schema)));
      assert.doesNotThrow(() => sending(body(z.object({ owner: schema }))));
    });
  }
});

refuses("unchecked_object", [
  ["a query whose schema is a UUID", () => reading(query("after", z.uuid()))],
  ["a member whose schema is a UUID", () => sending(body(z.object({ to: z.uuid() })))],
  [
    "a member of a list in a union",
    () => sending(body(z.object({ to: z.union([z.object({ noteId: z.string() }), z.null()]).array() }))),
  ],
  ["raw bytes that say so", () => sending(rawBody({ identifies: "object" }))],
  ["an unchecked field of an upload", () => sending(multipart({ fields: z.object({ noteId: z.string() }), files: {} }))],
  ["a field of an upload whose schema is a UUID", () => sending(multipart({ fields: z.object({ to: z.uuid() }), files: {} }))],
  [
    "an upload whose other field was checked",
    () => {
      const upload = multipart({ fields: z.object({ noteId: z.string(), teamId: z.string() }), files: {} });
      const note = owned(any({ upload, client }), load, ownerOf, any({ checks: ["multipart.noteId"] }));
      return api(post(any("/a"), any({ deps: { client, upload, note } }), one));
    },
  ],
  ["a body in pieces that says so", () => sending(bodyStream({ identifies: "object" }))],
  ["a body that is one id", () => sending(body(z.string(), { identifies: "object" }))],
]);

refuses("ambiguous_input", [
  ["raw bytes that say neither", () => sending(rawBody())],
  ["fields of unknown names", () => sending(multipart({ fields: z.record(z.string(), z.string()), files: {} }))],
  [
    "a field like a collection",
    () =>
      api(
        get(any("/notes/:id"), any({ deps: { note: ownNote } }), one),
        post(
          any("/a"),
          any({ deps: { client, upload: multipart({ fields: z.object({ noteRef: z.string() }), files: {} }) } }),
          one,
        ),
      ),
  ],
  ["a body in pieces that says neither", () => sending(bodyStream())],
  ["a body of anything", () => sending(body(z.any()))],
  ["a body of unknown names", () => sending(body(z.record(z.string(), z.string())))],
  ["a loose object", () => sending(body(z.looseObject({ text: z.string() })))],
  ["a bare text", () => sending(body(z.string()))],
  ["a bare list", () => sending(body(z.array(z.string())))],
  ["a form of unknown names", () => sending(form(z.record(z.string(), z.string())))],
  ...["note", "noteRef", "note_slug", "X-Note"].map(
    (name) =>
      [
        `a ${name} beside /notes/:id`,
        () =>
          api(
            get(any("/notes/:id"), any({ deps: { note: ownNote } }), one),
            get(
              any("/a"),
              any({ deps: { client, named: name.startsWith("X-") ? header(name, z.string()) : query(name, z.string()) } }),
              one,
            ),
          ),
      ] as const,
  ),
]);

test("an upload whose ids are checked starts, whatever its files are called", () => {
  const upload = multipart({
    fields: z.object({ noteId: z.string(), text: z.string() }),
    files: { noteRef: photo, teamId: photo },
  });
  const note = owned({ upload, client }, load, ownerOf);
  assert.doesNotThrow(() =>
    api(
      get(any("/notes/:id"), any({ deps: { note: ownNote } }), one),
      post(any("/a"), any({ deps: { client, note, upload } }), one),
    ),
  );
});

test("an input that says what it holds starts", () => {
  const reason = nothing("a test");
  for (const input of [
    rawBody({ identifies: reason }),
    bodyStream({ identifies: reason }),
    body(z.any(), { identifies: reason }),
    body(z.string(), { identifies: reason }),
  ]) {
    assert.doesNotThrow(() => sending(input));
  }
  assert.doesNotThrow(() =>
    api(
      get(any("/notes/:id"), any({ deps: { note: ownNote } }), one),
      get(
        any("/a"),
        any({ deps: { client, note: query("note", z.string(), { identifies: reason }), state: query("noteState", z.string()) } }),
        one,
      ),
    ),
  );
});

const ownTeam = owned({ team, user }, load, ownerOf);
refuses("unnested_object", [
  ["two objects beside one another", () => route("/teams/:team/:id", { deps: { ownTeam, note: ownNote } })],
  [
    "in a group and in its route",
    () => api(group({ prefix: "/teams/:team", deps: { ownTeam } }).get(any("/:id"), any({ deps: { note: ownNote } }), one)),
  ],
  [
    "the outer one rests on the inner one",
    () => route("/teams/:team/:id", { deps: { note: ownNote, outer: owned({ note: ownNote, team, user }, load, ownerOf) } }),
  ],
  [
    "one rule of several",
    () =>
      route("/teams/:team/:id", {
        deps: { ownTeam, note: firstOf({ own: owned({ ownTeam, id, user }, load, ownerOf), any: permitted({ id, admin }, load) }) },
      }),
  ],
  ["an object of the public", () => route("/teams/:team/:id", { deps: { ownTeam, note: unowned("published", { id }, load) } })],
]);

test("objects that hang together start, and those that say why not", () => {
  const nested = owned({ ownTeam, id, user }, load, ownerOf);
  const apart = owned({ id, user }, load, ownerOf, { apart: "notes are found by themselves" });
  for (const note of [nested, apart]) assert.doesNotThrow(() => route("/teams/:team/:id", { deps: { ownTeam, note } }));
});

refuses("wrong_input", [
  ...["Authorization", "cookie"].map((name): Case => [`${name} as a header`, () => header(any(name), z.string())]),
  ["an input that identifies a typo", () => path("id", z.string(), any({ identifies: "objekt" }))],
  ["an input that identifies nothing without a reason", () => query("id", z.string(), any({ identifies: "nothing" }))],
  [
    "a member that identifies nothing without a reason",
    () => body(z.object({ id: z.string() }), any({ identifies: { id: "nothing" } })),
  ],
  ["a reason that nothing() did not make", () => path("id", z.string(), any({ identifies: { reason: "a year" } }))],
  ["a whole record that is one id", () => body(z.object({ id: z.string() }), any({ identifies: "object" }))],
  ["two inputs of one name and different schemas", () => route("/:id", { deps: { note: ownNote, id: path("id", z.uuid()) } })],
  ["a body on GET", () => route("/a", { deps: { user, change: body(z.object({})) } })],
  [
    "a body that is JSON and a form",
    () => api(post("/a", { status: 200, deps: { client, a: body(z.object({})), b: form(z.object({})) } }, one)),
  ],
  ...[body(z.object({})), form(z.object({})), rawBody(said), bodyStream(said)].map((other): Case => [
    "an upload beside another body",
    () => api(post(any("/a"), any({ deps: { client, upload: multipart({ files: {} }), other } }), one)),
  ]),
  [
    "two uploads",
    () => api(post(any("/a"), any({ deps: { client, a: multipart({ files: {} }), b: multipart({ files: {} }) } }), one)),
  ],
  ["an upload on GET", () => route("/a", { deps: { client, upload: multipart({ files: {} }) } })],
  ["a field that is named like a file", () => multipart({ fields: z.object({ a: z.string() }), files: { a: photo } })],
  ...[body(z.object({})), form(z.object({})), rawBody(said), bodyStream(said)].map((other): Case => [
    "a body in pieces beside another one",
    () => api(post(any("/a"), any({ deps: { client, pieces: bodyStream(said), other } }), one)),
  ]),
  ["a body in pieces on DELETE", () => api(del(any("/a"), any({ deps: { client, pieces: bodyStream(said) } }), one))],
]);
