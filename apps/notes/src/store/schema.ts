/** The application's own tables, beside those of identity: one text for SQLite and PostgreSQL. */
import { type Schema, sql } from "lockstep-identity/database";

/** Everything the application keeps that is not identity's. Times are milliseconds since 1970. */
export const notesSchema: Schema = {
  name: "notes",
  migrations: [
    [
      // What an account is to this application. One that has no profile yet is an active user.
      sql(`
        CREATE TABLE notes_profiles (
          account_id TEXT NOT NULL PRIMARY KEY,
          role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
          is_active BIGINT NOT NULL CHECK (is_active IN (0, 1))
        )`),
      // `number` counts an owner's notes, so that the newest is known however many are written in a millisecond.
      sql(`
        CREATE TABLE notes_notes (
          id TEXT NOT NULL PRIMARY KEY,
          owner_id TEXT NOT NULL,
          number BIGINT NOT NULL,
          text TEXT NOT NULL,
          created_at BIGINT NOT NULL,
          updated_at BIGINT NOT NULL
        )`),
      sql("CREATE INDEX notes_notes_by_owner ON notes_notes (owner_id, number)"),
      sql("CREATE TABLE notes_settings (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)"),
    ],
  ],
};
