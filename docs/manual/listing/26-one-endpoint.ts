import { body, createApi, firstOf, patch } from "lockstep";
import { z } from "zod";
import { writer } from "./02-roles-and-scopes.ts";
import { anyNote, ownNote } from "./03-owning-objects.ts";
import { notes } from "./setting.ts";

// #region endpoint
const editable = firstOf({ own: ownNote, any: anyNote }); // the owner, or an administrator

const NoteChange = z.object({ text: z.string().min(1).max(10_000) });
const Note = z.object({ id: z.uuid(), text: z.string() });

const changeNote = patch(
  "/notes/:id",
  { deps: { note: editable, user: writer, change: body(NoteChange) }, response: Note },
  ({ note, change }) => {
    const changed = { ...note, ...change };
    notes.set(note.id, changed);
    return changed;
  },
);
// #endregion

export const api = createApi({ title: "Notes", version: "2.0.0", routes: [changeNote] });
