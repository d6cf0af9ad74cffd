/** Notes: each belongs to the user who wrote it. */
import { randomUUID } from "node:crypto";
import { all, type Database, first, numberOf, type Row, sql, textOf } from "lockstep-identity/database";
import type { Page } from "./store.ts";

/** A note. Times are ISO 8601 in UTC. */
export interface Note {
  readonly id: string;
  readonly ownerId: string;
  readonly text: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const find = sql("SELECT * FROM notes_notes WHERE id = :id");
const list = sql("SELECT * FROM notes_notes WHERE owner_id = :ownerId ORDER BY number DESC, id LIMIT :limit OFFSET :offset");
const add = sql(`
  INSERT INTO notes_notes (id, owner_id, number, text, created_at, updated_at)
  SELECT CAST(:id AS TEXT), CAST(:ownerId AS TEXT), coalesce(max(number), 0) + 1, CAST(:text AS TEXT), CAST(:now AS BIGINT), CAST(:now AS BIGINT)
  FROM notes_notes WHERE owner_id = :ownerId
  RETURNING *`);
const update = sql("UPDATE notes_notes SET text = :text, updated_at = :now WHERE id = :id AND owner_id = :ownerId RETURNING *");
const remove = sql("DELETE FROM notes_notes WHERE id = :id AND owner_id = :ownerId");

/** Stores notes. A change names the owner, too, so a mistake in a caller cannot change another user's note. */
export class NoteStore {
  readonly #database: Database;
  readonly #clock: () => number;

  constructor(database: Database, clock: () => number) {
    this.#database = database;
    this.#clock = clock;
  }

  async find(id: string): Promise<Note | undefined> {
    const row = await this.#database.run(first(find, { id }));
    return row && toNote(row);
  }

  /** Returns the owner's notes, newest first. */
  async list(ownerId: string, { limit, offset }: Page): Promise<Note[]> {
    return (await this.#database.run(all(list, { ownerId, limit, offset }))).map(toNote);
  }

  async add(ownerId: string, text: string): Promise<Note> {
    const row = await this.#database.run(first(add, { id: randomUUID(), ownerId, text, now: this.#clock() }));
    if (row === undefined) throw new TypeError("INSERT … RETURNING returns the row");
    return toNote(row);
  }

  /** Changes a note's text. Returns the note, or `undefined` if it has been deleted in the meantime. */
  async update({ id, ownerId }: Note, text: string): Promise<Note | undefined> {
    const row = await this.#database.run(first(update, { id, ownerId, text, now: this.#clock() }));
    return row && toNote(row);
  }

  async remove({ id, ownerId }: Note): Promise<void> {
    await this.#database.run(all(remove, { id, ownerId }));
  }
}

function toNote(row: Row): Note {
  return {
    id: textOf(row, "id"),
    ownerId: textOf(row, "owner_id"),
    text: textOf(row, "text"),
    createdAt: new Date(numberOf(row, "created_at")).toISOString(),
    updatedAt: new Date(numberOf(row, "updated_at")).toISOString(),
  };
}
