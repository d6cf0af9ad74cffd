/** An id from the request does not reach a handler without an ownership check. */
import { z } from "zod";
import {
  anyOf,
  body,
  cookie,
  depends,
  form,
  get,
  header,
  nothing,
  optional,
  owned,
  path,
  post,
  query,
  resource,
  unchecked,
  unowned,
} from "lockstep";
import { activeUser, anyNote, client, db, flip, id, ownNote, team, writer } from "./example.ts";

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
const year = path("year", z.int(), { identifies: nothing("a calendar year") });
get("/reports/:year", { deps: { user, year } }, ({ year }) => year + 1);
// One of a few values names none, and nothing needs to be said.
get("/notes/:format", { deps: { user, format: path("format", z.enum(["csv", "json"])) } }, ({ format }) => format);
get("/notes", { deps: { user, owner: query("owner", z.enum(["me", "all"])) } }, ({ owner }) => owner);

// The id itself, directly and below something.
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, id } }, ({ id }) => id);
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, key: depends({ id }, ({ id }) => `note:${id}`) } }, ({ key }) => key);
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, note: depends({ id, db }, ({ id, db }) => db.notes.find({ id })) } }, ({ note }) => note);
const deep = depends({ a: depends({ b: depends({ id }, ({ id }) => id) }, ({ b }) => b) }, ({ a }) => a);
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, deep } }, ({ deep }) => deep);
const opened = resource({ id }, function* ({ id }) {
  yield id;
});
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, opened } }, ({ opened }) => opened);
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, id: optional(id) } }, ({ id }) => id);
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, either: anyOf({ id, client }) } }, ({ either }) => either.via);
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, either: flip ? id : user } }, ({ either }) => either);
// Nor does a reason to be public.
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { public: "everyone may look", deps: { id } }, ({ id }) => id);
// A second id of another name, beside an object that was checked.
// @ts-expect-error check path("team") with owned(), permitted() or unowned()
get("/teams/:team/notes/:id", { deps: { note: ownNote, team } }, ({ team }) => team);

// Ids that are not in the path.
const inQuery = query("noteId", z.uuid());
const inHeader = header("X-Note-Id", z.uuid());
const inCookie = cookie("note_id", z.uuid());
const inBody = body(z.object({ noteId: z.uuid() }));
const inForm = form(z.object({ noteId: z.uuid() }));
const said = query("note", z.string(), { identifies: "object" });
// @ts-expect-error check query("noteId") with owned(), permitted() or unowned()
get("/notes", { deps: { user, inQuery } }, () => 1);
// @ts-expect-error check header("X-Note-Id") with owned(), permitted() or unowned()
get("/notes", { deps: { user, inHeader } }, () => 1);
// @ts-expect-error check cookie("note_id") with owned(), permitted() or unowned()
get("/notes", { deps: { user, inCookie } }, () => 1);
// @ts-expect-error check "noteId" of body() with owned(), permitted() or unowned()
post("/notes", { deps: { user: writer, inBody } }, () => 1);
// @ts-expect-error check "noteId" of form() with owned(), permitted() or unowned()
post("/notes", { deps: { user: writer, inForm } }, () => 1);
// @ts-expect-error check query("note") with owned(), permitted() or unowned()
get("/notes", { deps: { user, said } }, () => 1);
// Checked, they pass.
const byQuery = owned(
  { noteId: inQuery, user, db },
  ({ noteId, db }) => db.notes.find({ id: noteId }),
  (note) => note.ownerId,
);
const byBody = owned(
  { change: inBody, user, db },
  ({ change, db }) => db.notes.find({ id: change.noteId }),
  (note) => note.ownerId,
);
get("/notes", { deps: { note: byQuery } }, ({ note }) => note.text);
post("/notes", { status: 200, deps: { user: writer, note: byBody } }, ({ note }) => note.text);
// Two at once: the message names both.
// @ts-expect-error check query("noteId") with
get("/notes", { deps: { user, inQuery, inHeader } }, () => 1);
// @ts-expect-error check header("X-Note-Id") with
get("/notes", { deps: { user, inQuery, inHeader } }, () => 1);
// Whatever the route answers.
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, id, db }, response: unchecked("a test") }, ({ id, db }) => db.notes.find({ id }));
