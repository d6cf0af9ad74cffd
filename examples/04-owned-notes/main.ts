/** Notes that only their owner can read, and that an administrator can remove. */
import { authenticate, body, createApi, del, get, httpBearer, owned, patch, path, permitted, post, reply, roles } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { z } from "zod";

/** Tokens of the demo, new at each start. `02-bearer-jwt` shows real ones. */
export const tokens = { ann: crypto.randomUUID(), bob: crypto.randomUUID(), root: crypto.randomUUID() };
const users = new Map<string, { readonly id: string; readonly role: "user" | "admin" }>([
  [tokens.ann, { id: "ann", role: "user" }],
  [tokens.bob, { id: "bob", role: "user" }],
  [tokens.root, { id: "root", role: "admin" }],
]);
const notes = new Map<string, { readonly id: string; readonly ownerId: string; text: string }>();

const currentUser = authenticate({ token: httpBearer() }, ({ token }) => users.get(token.reveal()));
const role = roles({ admin: ["user"], user: [] }, currentUser, (user) => user.role, { reachAny: ["admin"] });

const id = path("id", z.uuid());
const ownNote = owned(
  { id, user: currentUser },
  ({ id }) => notes.get(id),
  (note) => note.ownerId,
);
const anyNote = permitted({ id, admin: role.require("admin") }, ({ id }) => notes.get(id));

const NoteText = z.object({ text: z.string().min(1).max(10_000) });
const Note = NoteText.extend({ id: z.uuid() }).meta({ id: "Note" }); // ownerId is not sent

export const api = createApi({
  title: "Owned notes",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    get("/notes", { deps: { user: currentUser }, response: z.array(Note) }, ({ user }) =>
      [...notes.values()].filter((note) => note.ownerId === user.id),
    ),
    post("/notes", { deps: { user: currentUser, note: body(NoteText) }, response: Note, status: 201 }, ({ user, note }) => {
      const made = { id: crypto.randomUUID(), ownerId: user.id, text: note.text };
      notes.set(made.id, made);
      return reply(201, made, { headers: { location: `/notes/${made.id}` } });
    }),
    get("/notes/:id", { deps: { note: ownNote }, response: Note }, ({ note }) => note),
    patch("/notes/:id", { deps: { note: ownNote, change: body(NoteText) }, response: Note }, ({ note, change }) =>
      Object.assign(note, change),
    ),
    del("/notes/:id", { deps: { note: ownNote } }, ({ note }) => void notes.delete(note.id)),
    del("/admin/notes/:id", { deps: { note: anyNote } }, ({ note }) => void notes.delete(note.id)),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/docs`);
  console.log("Bearer tokens:", tokens);
}
