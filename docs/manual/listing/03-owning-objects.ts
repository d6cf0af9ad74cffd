import { body, createApi, del, get, nothing, owned, path, permitted, post, query, unowned } from "lockstep";
import { z } from "zod";
import { currentUser, role, writer } from "./02-roles-and-scopes.ts";
import { notes, teams } from "./setting.ts";

// #region owned
const id = path("id", z.uuid());

export const ownNote = owned(
  { id, user: currentUser },
  ({ id }) => notes.get(id), // loads the object
  (note) => note.ownerId, // returns the owner's id
);
// #endregion

// #region member
const ownTeam = owned(
  { id: path("team", z.string()), user: currentUser },
  ({ id }) => teams.get(id),
  (team, { user }) => team.members.includes(user.id),
);
// #endregion

// #region owner
const teamNote = owned(
  { team: ownTeam, id },
  ({ id }) => notes.get(id),
  (note) => note.team,
  { owner: "team" },
);
// #endregion

// #region permitted
export const anyNote = permitted({ id, admin: role.require("admin") }, ({ id }) => notes.get(id));
// #endregion

// #region unowned
const posts = new Map([["welcome", { title: "Welcome" }]]);
const publicPost = unowned("published posts are for everyone", { slug: path("slug", z.string()) }, ({ slug }) => posts.get(slug));
// #endregion

// #region nothing
const year = path("year", z.int(), { identifies: nothing("a calendar year") });
// #endregion

// #region elsewhere
const noteOfQuery = owned(
  { id: query("noteId", z.uuid()), user: currentUser },
  ({ id }) => notes.get(id),
  (note) => note.ownerId,
);
// #endregion

// #region several-objects
const archived = owned(
  { batch: body(z.object({ noteIds: z.array(z.uuid()) })), user: writer },
  ({ batch }) => batch.noteIds.map((id) => notes.get(id)),
  (found) => found.map((note) => note?.ownerId),
);
// #endregion

// #region checks
const move = body(z.object({ noteId: z.uuid(), teamId: z.string() }));

const movedNote = owned(
  { move, user: writer },
  ({ move }) => notes.get(move.noteId),
  (note) => note.ownerId,
  { checks: ["body.noteId"] },
);
const newTeam = owned(
  { move, user: writer },
  ({ move }) => teams.get(move.teamId),
  (team, { user }) => team.members.includes(user.id),
  { checks: ["body.teamId"] },
);
// #endregion

const Note = z.object({ id: z.uuid(), text: z.string() });

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes: [
    get("/notes/:id", { deps: { note: ownNote }, response: Note }, ({ note }) => note),
    del("/admin/notes/:id", { deps: { note: anyNote, user: writer }, status: 200 }, ({ note }) => `would delete ${note.id}`),
    get(
      "/posts/:slug",
      { public: "the blog", deps: { post: publicPost }, response: z.object({ title: z.string() }) },
      ({ post }) => post,
    ),
    get("/reports/:year", { deps: { year, user: currentUser } }, ({ year }) => year),
    get("/preview", { deps: { note: noteOfQuery } }, ({ note }) => note.text),
    post("/archive", { deps: { archived }, status: 200 }, ({ archived }) => archived.length),
    get("/teams/:team/notes/:id", { deps: { note: teamNote }, response: Note }, ({ note }) => note),
    // #region checks-route
    post(
      "/moves",
      { deps: { note: movedNote, team: newTeam }, status: 200 },
      ({ note, team }) => `would move ${note.id} to ${team.id}`,
    ),
    // #endregion
  ],
});
