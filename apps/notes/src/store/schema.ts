/** The application's own tables, beside those of identity. SQLite and PostgreSQL have the same SQL. */
import { type Schema, sql } from "lockstep-identity/database";

/** The tables of everything that the application stores itself. Times are milliseconds since 1970. */
export const notesSchema: Schema = {
  name: "notes",
  migrations: [
    [
      // The application's data about an account. An account without a profile is an active user.
      sql(`
        CREATE TABLE notes_profiles (
          account_id TEXT NOT NULL PRIMARY KEY,
          role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
          is_active BIGINT NOT NULL CHECK (is_active IN (0, 1))
        )`),
      // `number` counts an owner's notes, so the newest is known even if several are written in one millisecond.
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
