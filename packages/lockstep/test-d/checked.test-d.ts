/**
 * `checked:x` is a protection: an id that a dependency of the record has checked may be listed beside its object. It counts only
 * if every alternative has it, and for the id of its place and name alone.
 */
import { z } from "zod";
import {
  anyOf,
  authorize,
  body,
  depends,
  firstOf,
  get,
  group,
  optional,
  owned,
  path,
  patch,
  permitted,
  post,
  query,
  resource,
  unowned,
} from "lockstep";
import { type Equal, holds, type KnownOf } from "./assert.ts";
import { activeUser, admin, anyNote, client, currentUser, db, flip, id, ownNote, writer } from "./example.ts";

const user = activeUser;
type Checked<D extends { readonly "~dep": { readonly known: unknown } }> = Extract<
  KnownOf<D>,
  `checked:${string}` | `object-id:${string}`
>;

// Each object verb turns the id below it into a protection.
holds<Equal<Checked<typeof ownNote>, "checked:path.id">>();
holds<Equal<Checked<typeof anyNote>, "checked:path.id">>();
const shown = unowned("published", { id, db }, ({ id, db }) => db.notes.find({ id }));
holds<Equal<Checked<typeof shown>, "checked:path.id">>();
// It flows up, and a verb above it keeps it.
const text = depends({ note: ownNote }, ({ note }) => note.text);
holds<Equal<Checked<typeof text>, "checked:path.id">>();
const opened = resource({ note: ownNote }, function* ({ note }) {
  yield note.text;
});
holds<Equal<Checked<typeof opened>, "checked:path.id">>();
const decided = authorize({ note: ownNote }, ({ note }) => note);
holds<Equal<Checked<typeof decided>, "checked:path.id">>();

// The body beside the object that checked its id.
const Move = z.object({ noteId: z.uuid(), position: z.int() });
const move = body(Move);
holds<Equal<KnownOf<typeof move>, "input" | "object-id:body.noteId">>();
const moved = owned(
  { move, user, db },
  ({ move, db }) => db.notes.find({ id: move.noteId }),
  (note) => note.ownerId,
);
post("/moves", { status: 200, deps: { user: writer, moved, move } }, ({ moved, move }) => `${moved.text} ${move.position}`);
// The id beside its object, in any order, below something, and from the group.
get("/notes/:id", { deps: { note: ownNote, id } }, ({ id }) => id);
get("/notes/:id", { deps: { id, note: anyNote } }, ({ id }) => id);
get("/notes/:id", { deps: { both: depends({ note: ownNote, id }, ({ id }) => id) } }, ({ both }) => both);
group({ prefix: "/notes/:id", deps: { note: ownNote } }).get("/id", { deps: { id } }, ({ id }) => id);

// Another place, and another name of the same place, is another id.
const noteId = query("noteId", z.uuid());
// @ts-expect-error check query("noteId") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { note: ownNote, noteId } }, ({ noteId }) => noteId);
const Copy = body(z.object({ fromId: z.uuid(), toId: z.uuid() }));
const target = owned(
  { copy: Copy, user, db },
  ({ copy, db }) => db.notes.find({ id: copy.toId }),
  (note) => note.ownerId,
  { checks: ["body.toId"] },
);
holds<Equal<Checked<typeof target>, "checked:body.toId" | "object-id:body.fromId">>();
// @ts-expect-error check "fromId" of body() with owned(), permitted() or unowned()
post("/copies", { deps: { user: writer, target } }, ({ target }) => target.text);
const here = path("noteId", z.string());
const there = query("noteId", z.string(), { identifies: "object" });
owned(
  // @ts-expect-error name the ids that this load checks
  { here, there, user },
  () => ({ a: 1 }),
  () => "u1",
);
const merged = owned(
  { here, there, user, db },
  ({ here, db }) => db.notes.find({ id: here }),
  (note) => note.ownerId,
  { checks: ["path.noteId"] },
);
// @ts-expect-error check query("noteId") with owned(), permitted() or unowned()
get("/notes/:noteId/merge", { deps: { merged, there } }, ({ there }) => there);
// An object moved by a member of its own change.
const change = body(z.object({ text: z.string(), orgId: z.string() }).partial());
// @ts-expect-error check "orgId" of body() with owned(), permitted() or unowned()
patch("/notes/:id", { deps: { user: writer, note: ownNote, change } }, ({ change }) => change.text);

// Alternatives share it.
const either = anyOf({ own: ownNote, shown: permitted({ id, admin }, () => ({ a: 1 })) });
holds<Equal<Checked<typeof either>, "checked:path.id">>();
get("/notes/:id", { deps: { either, id } }, ({ id }) => id);
const rules = firstOf({ own: ownNote, any: anyNote });
holds<Equal<Checked<typeof rules>, "checked:path.id">>();
get("/notes/:id", { deps: { rules, id } }, ({ id }) => id);
get("/notes/:id", { deps: { note: flip ? ownNote : anyNote, id } }, ({ id }) => id);
// One branch that has none drops it.
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, some: anyOf({ own: ownNote, client }), id } }, ({ id }) => id);
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, some: firstOf({ own: ownNote, user: currentUser }), id } }, ({ id }) => id);
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, some: flip ? ownNote : user, id } }, ({ id }) => id);
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, id, ...(flip ? { note: ownNote } : {}) } }, ({ id }) => id);
// An object that may be absent checked nothing.
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { user, note: optional(ownNote), id } }, ({ id }) => id);
// Without the id beside it, it is welcome.
get("/notes/:id", { deps: { user, note: optional(ownNote) } }, ({ note }) => note?.text ?? null);
