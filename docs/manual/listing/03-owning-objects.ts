import { body, createApi, del, get, owned, path, permitted, post, query, unowned } from "lockstep";
import { z } from "zod";
import { currentUser, role } from "./02-roles-and-scopes.ts";
import { notes } from "./setting.ts";

// #region owned
const id = path("id", z.uuid());

export const ownNote = owned(
  { id, user: currentUser },
  ({ id }) => notes.get(id),
  (note, { user }) => note.ownerId === user.id,
);
// #endregion

// #region permitted
const anyNote = permitted({ id, admin: role.require("admin") }, ({ id }) => notes.get(id));
// #endregion

// #region unowned
const posts = new Map([["welcome", { title: "Welcome" }]]);
const publicPost = unowned("published posts are for everyone", { slug: path("slug", z.string()) }, ({ slug }) => posts.get(slug));
// #endregion

// #region nothing
const year = path("year", z.int(), { identifies: "nothing" });
// #endregion

// #region elsewhere
const noteOfQuery = owned(
  { id: query("noteId", z.uuid(), { identifies: "object" }), user: currentUser },
  ({ id }) => notes.get(id),
  (note, { user }) => note.ownerId === user.id,
);
const notesOfBody = owned(
  { move: body(z.object({ noteIds: z.array(z.uuid()) }), { identifies: "object" }), user: currentUser },
  ({ move }) => move.noteIds.map((id) => notes.get(id)),
  (found, { user }) => found.every((note) => note?.ownerId === user.id),
);
// #endregion

// #region checks
const teamNote = owned(
  { team: path("team", z.string()), id, user: currentUser },
  ({ id }) => notes.get(id),
  (note, { team, user }) => note.team === team && user.team === team,
  { checks: ["team", "id"] },
);
// #endregion

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes: [
    get("/notes/:id", { deps: { note: ownNote } }, ({ note }) => note),
    del("/admin/notes/:id", { deps: { note: anyNote } }, ({ note }) => ({ wouldDelete: note.id })),
    get("/posts/:slug", { public: "the blog", deps: { post: publicPost } }, ({ post }) => post),
    get("/reports/:year", { deps: { year, user: currentUser } }, ({ year }) => ({ year })),
    get("/preview", { deps: { note: noteOfQuery } }, ({ note }) => note.text),
    post("/archive", { deps: { archived: notesOfBody } }, ({ archived }) => ({ count: archived.length })),
    get("/teams/:team/notes/:id", { deps: { note: teamNote } }, ({ note }) => note),
  ],
});
