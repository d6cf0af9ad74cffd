/** Notes: each belongs to the user who wrote it. */
import { randomUUID } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Page } from "./store.ts";

/** A note. Times are ISO 8601 in UTC. */
export interface Note {
  readonly id: string;
  readonly ownerId: string;
  readonly text: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface NoteRow {
  readonly id: string;
  readonly owner_id: string;
  readonly text: string;
  readonly created_at: number;
  readonly updated_at: number;
}

/** The notes. What changes one names its owner too, so that a mistake above cannot reach somebody else's. */
export class NoteStore {
  readonly #clock: () => number;
  readonly #find: StatementSync;
  readonly #list: StatementSync;
  readonly #add: StatementSync;
  readonly #update: StatementSync;
  readonly #remove: StatementSync;

  constructor(db: DatabaseSync, clock: () => number) {
    this.#clock = clock;
    this.#find = db.prepare("SELECT * FROM notes WHERE id = ?");
    this.#list = db.prepare("SELECT * FROM notes WHERE owner_id = ? ORDER BY created_at DESC, rowid DESC LIMIT ? OFFSET ?");
    this.#add = db.prepare(
      "INSERT INTO notes (id, owner_id, text, created_at, updated_at) VALUES (:id, :owner, :text, :now, :now) RETURNING *",
    );
    this.#update = db.prepare("UPDATE notes SET text = ?, updated_at = ? WHERE id = ? AND owner_id = ? RETURNING *");
    this.#remove = db.prepare("DELETE FROM notes WHERE id = ? AND owner_id = ?");
  }

  find(id: string): Note | undefined {
    const row = this.#find.get(id);
    return row && toNote(row);
  }

  /** The owner's notes, newest first. */
  list(ownerId: string, { limit, offset }: Page): Note[] {
    return this.#list.all(ownerId, limit, offset).map(toNote);
  }

  add(ownerId: string, text: string): Note {
    const row = this.#add.get({ id: randomUUID(), owner: ownerId, text, now: this.#clock() });
    if (row === undefined) throw new TypeError("INSERT … RETURNING gives the row");
    return toNote(row);
  }

  /** The note with another text; `undefined` where it has gone meanwhile. */
  update({ id, ownerId }: Note, text: string): Note | undefined {
    const row = this.#update.get(text, this.#clock(), id, ownerId);
    return row && toNote(row);
  }

  remove({ id, ownerId }: Note): void {
    this.#remove.run(id, ownerId);
  }
}

function toNote(row: object): Note {
  // The statements above select every column, and the tables are strict.
  const { id, owner_id, text, created_at, updated_at } = row as NoteRow;
  return {
    id,
    ownerId: owner_id,
    text,
    createdAt: new Date(created_at).toISOString(),
    updatedAt: new Date(updated_at).toISOString(),
  };
}
