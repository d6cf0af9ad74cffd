/** An id from the request does not reach a handler without an ownership check. */
import { z } from "zod";
import { anyOf, body, cookie, depends, form, get, header, optional, owned, path, post, query, resource, unowned } from "lockstep";
import { activeUser, anyNote, client, db, flip, id, ownNote, team } from "./example.ts";

const user = activeUser;

// Checked.
get("/notes/:id", { deps: { note: ownNote } }, ({ note }) => note.text);
get("/notes/:id", { deps: { note: anyNote, user } }, ({ note }) => note.text);
get("/notes/:id", { deps: { text: depends({ note: ownNote }, ({ note }) => note.text) } }, ({ text }) => text);
get(
  "/posts/:id",
  { public: "posts are public", deps: { post: unowned("published", { id }, () => ({ a: 1 })) } },
  ({ post }) => post.a,
);
// Names no object.
const year = path("year", z.int(), { identifies: "nothing" });
get("/reports/:year", { deps: { user, year } }, ({ year }) => year + 1);

// The id itself, directly and below something.
// @ts-expect-error IDOR: an id from the request reaches this handler with no ownership check: load it with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, id } }, ({ id }) => id);
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes/:id", { deps: { user, key: depends({ id }, ({ id }) => `note:${id}`) } }, ({ key }) => key);
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes/:id", { deps: { user, note: depends({ id, db }, ({ id, db }) => db.notes.find({ id })) } }, ({ note }) => note);
const deep = depends({ a: depends({ b: depends({ id }, ({ id }) => id) }, ({ b }) => b) }, ({ a }) => a);
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes/:id", { deps: { user, deep } }, ({ deep }) => deep);
const opened = resource({ id }, function* ({ id }) {
  yield id;
});
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes/:id", { deps: { user, opened } }, ({ opened }) => opened);
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes/:id", { deps: { user, id: optional(id) } }, ({ id }) => id);
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes/:id", { deps: { user, either: anyOf({ id, client }) } }, ({ either }) => either.via);
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes/:id", { deps: { user, either: flip ? id : user } }, ({ either }) => either);
// A check of the object does not excuse the raw id beside it.
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes/:id", { deps: { note: ownNote, id } }, ({ id }) => id);
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes/:id", { deps: { both: depends({ note: ownNote, id }, ({ id }) => id) } }, ({ both }) => both);
// Nor does a reason to be public.
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes/:id", { public: "everyone may look", deps: { id } }, ({ id }) => id);
// A second id of another name.
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/teams/:team/notes/:id", { deps: { note: ownNote, team } }, ({ team }) => team);

// Ids that do not stand in the path.
const inQuery = query("noteId", z.uuid(), { identifies: "object" });
const inHeader = header("X-Note-Id", z.uuid(), { identifies: "object" });
const inCookie = cookie("note_id", z.uuid(), { identifies: "object" });
const inBody = body(z.object({ noteId: z.uuid() }), { identifies: "object" });
const inForm = form(z.object({ noteId: z.uuid() }), { identifies: "object" });
const undecided = query("note", z.uuid(), { identifies: flip ? "object" : "nothing" });
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes", { deps: { user, inQuery } }, () => 1);
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes", { deps: { user, inHeader } }, () => 1);
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes", { deps: { user, inCookie } }, () => 1);
// @ts-expect-error IDOR: an id from the request reaches this handler
post("/notes", { deps: { user, inBody } }, () => 1);
// @ts-expect-error IDOR: an id from the request reaches this handler
post("/notes", { deps: { user, inForm } }, () => 1);
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/notes", { deps: { user, undecided } }, () => 1);
// Checked, they pass; declared to name nothing, too.
const byQuery = owned(
  { noteId: inQuery, user, db },
  ({ noteId, db }) => db.notes.find({ id: noteId }),
  (note, { user }) => note.ownerId === user.id,
);
const byBody = owned(
  { change: inBody, user, db },
  ({ change, db }) => db.notes.find({ id: change.noteId }),
  (note, { user }) => note.ownerId === user.id,
);
get("/notes", { deps: { note: byQuery } }, ({ note }) => note.text);
post("/notes", { deps: { note: byBody } }, ({ note }) => note.text);
get("/traces", { deps: { user, trace: header("X-Request-Id", z.string(), { identifies: "nothing" }) } }, ({ trace }) => trace);
