import { EventEmitter, on } from "node:events";
import { connection, createApi, eventStream, get, lastEventId, messages, websocket } from "lockstep";
import { z } from "zod";
import { writer } from "./02-roles-and-scopes.ts";
import { ownNote } from "./03-owning-objects.ts";

/** The edits of each note, numbered from 1. In an application they are rows of a database. */
const edits = new Map<string, { readonly number: number; readonly text: string }[]>();
const bus = new EventEmitter();

export function edit(noteId: string, text: string): void {
  const all = edits.get(noteId) ?? [];
  edits.set(noteId, [...all, { number: all.length + 1, text }]);
  bus.emit(noteId);
}

// #region events
const Edit = z.object({ number: z.int(), text: z.string() });

const watchNote = get(
  "/notes/:id/edits",
  { deps: { note: ownNote, since: lastEventId(z.int()), came: connection() }, response: eventStream(Edit) },
  async function* ({ note, since = 0, came }) {
    const changes = on(bus, note.id, { signal: came.signal }); // from now on: nothing is missed
    let last = since;
    do {
      for (const edit of edits.get(note.id) ?? []) {
        if (edit.number <= last) continue;
        yield { id: edit.number, event: "edit", data: edit };
        last = edit.number;
      }
    } while ((await changes.next()).done !== true);
  },
);
// #endregion

// #region socket
const typing = messages({
  receives: z.object({ text: z.string().max(10_000) }),
  sends: z.object({ saved: z.int() }),
});

const editNote = websocket("/notes/:id/editor", { deps: { note: ownNote, user: writer, typing } }, async ({ note, typing }) => {
  for await (const { text } of typing) {
    edit(note.id, text);
    await typing.send({ saved: edits.get(note.id)?.length ?? 0 });
  }
});
// #endregion

export const api = createApi({
  title: "Streams and sockets",
  version: "1.0.0",
  // #region origins
  origins: ["https://app.example"],
  // #endregion
  routes: [watchNote, editNote],
});
