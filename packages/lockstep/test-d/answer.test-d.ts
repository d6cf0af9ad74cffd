/** The answers that a route declares: statuses, content that is not JSON, and values that can never be content. */
import { createReadStream } from "node:fs";
import { z } from "zod";
import {
  csv,
  eventStream,
  file,
  type FileBody,
  get,
  html,
  json,
  lastEventId,
  post,
  put,
  redirect,
  type Reply,
  reply,
  stream,
  text,
  unchecked,
} from "lockstep";
import { some } from "./assert.ts";
import { activeUser, flip, Profile, type User, writer } from "./example.ts";

const user = activeUser;
const deps = { user: writer };
const Note = z.object({ id: z.string() });
const bytes = some<Uint8Array>();
const png = file("image/png");

// Statuses.
post("/a", { deps, response: Note, status: 201 }, () => ({ id: "n1" }));
post("/a", { deps, response: Note, status: 201 }, async () => reply(201, { id: "n1" }));
post("/a", { deps, response: Note, status: 201 }, () => some<Reply<{ id: string }, 201>>());
put("/a", { deps, responses: { 200: Note, 201: Note, 303: null } }, () => (flip ? { id: "n1" } : reply(201, { id: "n1" })));
put("/a", { deps, responses: { 200: Note, 303: null } }, () => reply(303, undefined, { headers: { location: "/a" } }));
put("/a", { deps, responses: { 200: Note, 303: null } }, () => redirect("/a"));
put("/a", { deps, responses: { 200: Note, 204: null } }, () => (flip ? { id: "n1" } : undefined));
put("/a", { deps, responses: { 201: Note, 409: Profile } }, () => (flip ? { id: "n1" } : reply(409, some<User>())));
put("/a", { deps, responses: { 200: png, 201: Note, 302: null } }, () => (flip ? bytes : reply(201, { id: "n1" })));
put("/a", { deps, responses: { 200: unchecked("a test"), 404: null } }, () => (flip ? some<User>() : reply(404, undefined)));
get("/a", { deps: { user }, response: unchecked("a test") }, () => reply(203, some<User>()));
get("/a", { deps: { user }, status: 303 }, () => redirect("/a"));
get("/a", { deps: { user }, status: 307 }, async () => redirect("/a", { status: 307, otherwise: "/" }));
// @ts-expect-error Type '201' is not assignable to type '200'
post("/a", { deps, response: Note }, () => reply(201, { id: "n1" }));
// @ts-expect-error Type '200' is not assignable to type '201'
post("/a", { deps, response: Note, status: 201 }, () => reply(200, { id: "n1" }));
// @ts-expect-error Type 'number' is not assignable to type '201'
post("/a", { deps, response: Note, status: 201 }, () => some<Reply<{ id: string }>>());
// @ts-expect-error is not assignable
put("/a", { deps, responses: { 200: Note, 409: Profile } }, () => reply(409, { id: "n1" }));
// @ts-expect-error is not assignable
put("/a", { deps, responses: { 200: Note, 201: Note } }, () => reply(202, { id: "n1" }));
// @ts-expect-error is not assignable
put("/a", { deps, responses: { 200: Note, 303: null } }, () => reply(303, { id: "n1" }));
// @ts-expect-error is not assignable
put("/a", { deps, responses: { 200: Note, 201: Profile } }, () => some<{ readonly email: string }>());
// @ts-expect-error is not assignable
put("/a", { deps, responses: { 201: Note, 202: Note } }, () => ({ id: "n1" }));
// @ts-expect-error is not assignable
put("/a", { deps, responses: { 200: Note, 303: null } }, () => (flip ? { id: "n1" } : undefined));
// @ts-expect-error declare { status: 201 } or { responses: { 201: … } }: the handler replies with 201
post("/a", { deps }, () => reply(201, undefined));
// @ts-expect-error declare { status: 302 } or { responses: { 302: … } }: the handler replies with 302
get("/a", { deps: { user } }, () => reply(302, undefined, { headers: { location: "/a" } }));
// @ts-expect-error declare { status: 303 } or { responses: { 303: … } }: the handler replies with 303
get("/a", { deps: { user } }, () => redirect("/a"));
// @ts-expect-error declare { status: 302 } or { responses: { 302: … } }
get("/a", { deps: { user }, response: unchecked("a test") }, () => reply(302, undefined));
// @ts-expect-error declare { status: 409 } or { responses: { 409: … } }
get("/a", { deps: { user }, response: unchecked("a test") }, async () => (flip ? 1 : reply(409, some<User>())));
// @ts-expect-error declare { response: schema } or { status: 200 }: without them, this method sends 204 and no content
post("/a", { deps }, () => "done");
// @ts-expect-error declare { status: 204 }, or null in responses, for no content
get("/a", { deps: { user } }, () => undefined);
// @ts-expect-error declare { status: 204 }, or null in responses, for no content
get("/a", { deps: { user } }, async () => (flip ? "ok" : undefined));
// @ts-expect-error declare { response: file("image/png") } or { response: text() }
get("/a", { deps: { user } }, () => bytes);
// @ts-expect-error declare { response: file("image/png") } or { response: text() }
get("/a", { deps: { user } }, () => stream(["a"]));
// @ts-expect-error Type '200' is not assignable
redirect("/a", { status: 200 });

// Text.
get("/a", { deps: { user }, response: text() }, () => "a");
get("/a", { deps: { user }, response: html() }, async () => "<p>");
get("/a", { deps: { user }, response: text("application/x-ndjson") }, () => stream(["a"]));
get("/a", { deps: { user }, response: html() }, () =>
  reply(200, "<p>", { headers: { "content-security-policy": "default-src 'self'" } }),
);
// @ts-expect-error Type '{}' is not assignable
get("/a", { deps: { user }, response: text() }, () => ({}));
// @ts-expect-error Type 'number' is not assignable
get("/a", { deps: { user }, response: html() }, () => 7);
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: text() }, () => new Date());
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: text() }, () => undefined);

// Files.
get("/a", { deps: { user }, response: png }, () => bytes);
get("/a", { deps: { user }, response: png }, () => Buffer.from("a"));
get("/a", { deps: { user }, response: png }, () => ({ bytes, name: "a.png", etag: "1", modifiedAt: new Date() }));
get("/a", { deps: { user }, response: png }, () => ({ size: 1, open: (range) => createReadStream("a", range) }));
get("/a", { deps: { user }, response: png }, async () => ({ size: 1, open: async () => [bytes], disposition: "inline" }) as const);
get("/a", { deps: { user }, response: png }, () => some<FileBody>());
get("/a", { deps: { user }, response: png }, () => reply(200, { bytes }, { headers: { "cache-control": "private, max-age=60" } }));
get("/a", { deps: { user }, response: png }, () => stream([bytes]));
get("/a", { deps: { user }, response: file(["image/png", "image/jpeg"]) }, () => ({ bytes, type: "image/jpeg" }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: file(["image/png", "image/jpeg"]) }, () => ({ bytes, type: "text/html" }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: file(["image/png", "image/jpeg"]) }, () => ({ bytes }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: png }, () => "a");
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: png }, () => ({ name: "a.png" }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: png }, () => ({ bytes, modifiedAt: 1 }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: png }, () => ({ bytes, disposition: "shown" }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: png }, () => new Blob([]));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: png }, () => createReadStream("a"));

// Tables.
const table = csv(["id", { name: "email", title: "E-mail" }]);
get("/a", { deps: { user }, response: table }, () => some<readonly User[]>());
get("/a", { deps: { user }, response: table }, async () => some<Set<User>>());
get("/a", { deps: { user }, response: table }, function* () {
  yield some<User>();
});
get("/a", { deps: { user }, response: table }, async function* () {
  yield some<User>();
});
get("/a", { deps: { user }, response: csv(["at", "n", "b"]) }, () => [{ at: new Date(), n: null, b: 1n }]);
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: table }, () => [{ id: "a" }]);
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: csv(["user"]) }, () => [{ user: some<User>() }]);
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: table }, () => "id,email");
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: table }, () => stream(["id,email"]));

// Events.
const notes = eventStream(Note);
get("/a", { deps: { user }, response: notes }, async function* () {
  yield { id: 1, event: "note", data: { id: "n1" } };
});
get("/a", { deps: { user }, response: notes }, () => [{ data: { id: "n1" }, retryMs: 10 }]);
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: notes }, async function* () {
  yield { data: { id: 1 } };
});
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: notes }, async function* () {
  yield { id: "n1" };
});
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: notes }, () => stream(["data: x"]));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: notes }, () => ({ data: { id: "n1" } }));
get("/a", { deps: { user, since: lastEventId(z.int()) }, response: notes }, ({ since = 0 }) => [
  { id: since + 1, data: { id: since.toFixed() } },
]);

// JSON of another type.
get("/a", { deps: { user }, response: json("application/ld+json", Note) }, () => ({ id: "n1" }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: json("application/ld+json", Note) }, () => ({ id: 1 }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: Note }, () => stream(["{}"]));

// Values that can never be content, even unchecked.
const open = unchecked("a test");
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: open }, () => new Response("x"));
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: open }, () => new Blob([]));
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: open }, () => new ReadableStream());
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: open }, () => new FormData());
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: open }, () => new URLSearchParams());
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: open }, () => new Headers());
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: open }, function* () {
  yield 1;
});
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: open }, async function* () {
  yield 1;
});
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: open }, () => reply(200, Promise.resolve(1)));
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: open }, () => createReadStream("a"));
// The controls.
get("/a", { deps: { user }, response: open }, () => Buffer.from("a"));
get("/a", { deps: { user }, response: open }, () => stream(["a"], { type: "text/plain" }));
get("/a", { deps: { user }, response: open }, () => [new URL("https://a.example")]);
