/** The schema of the database, as numbered steps: a database remembers in `user_version` how many it has taken. */
import type { DatabaseSync } from "node:sqlite";
import { StartError } from "../start-error.ts";

/** Step n brings a database from version n - 1 to n. What has been released is never changed; a new step is added. */
const migrations: readonly string[] = [
  `CREATE TABLE users (
     id TEXT PRIMARY KEY,
     email TEXT NOT NULL UNIQUE,
     password_hash TEXT NOT NULL,
     role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
     is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
     created_at INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE notes (
     id TEXT NOT NULL UNIQUE,
     owner_id TEXT NOT NULL REFERENCES users (id),
     text TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX notes_by_owner ON notes (owner_id, created_at);

   CREATE TABLE api_keys (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     secret_hash BLOB NOT NULL,
     created_at INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
];

/**
 * Brings the schema up to date, all or nothing. Two processes that start at once take turns.
 *
 * @throws StartError for a database that a newer version of the program has changed
 */
export function migrate(db: DatabaseSync): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    const version = versionOf(db);
    if (version > migrations.length) {
      throw new StartError(
        "The database was made by a newer version of this program: start that one, or set DATABASE_URL to another file.",
      );
    }
    for (const step of migrations.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
}
