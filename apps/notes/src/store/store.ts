/**
 * Persistence: one SQLite database on one connection. Every operation is a single statement, so each is atomic by itself
 * and no transaction is ever open while a request waits for something else: on a shared connection it would take in the
 * statements of other requests.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StartError } from "../start-error.ts";
import { ApiKeyStore } from "./api-key.ts";
import { migrate } from "./migration.ts";
import { NoteStore } from "./note.ts";
import { SettingStore } from "./setting.ts";
import { UserStore } from "./user.ts";

/** Everything the application keeps. */
export interface Store {
  readonly users: UserStore;
  readonly notes: NoteStore;
  readonly apiKeys: ApiKeyStore;
  readonly settings: SettingStore;
  close(): void;
}

/** A part of a list. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** How long a statement waits for another process that writes. */
const busyTimeoutMs = 5000;

/**
 * Opens the database, and makes or updates it where needed; `:memory:` lives as long as the process.
 *
 * @throws StartError where the file cannot be read, is no database, or belongs to a newer version
 */
export function openStore(path: string, clock: () => number = Date.now): Store {
  const db = openDatabase(path);
  return {
    users: new UserStore(db, clock),
    notes: new NoteStore(db, clock),
    apiKeys: new ApiKeyStore(db, clock),
    settings: new SettingStore(db),
    close: () => db.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  try {
    // Other users of the machine have no business with what is in there.
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    migrate(db);
    return db;
  } catch (error) {
    if (error instanceof StartError || !(error instanceof Error)) throw error;
    throw new StartError(
      `The database ${path} cannot be opened (${error.message}): set DATABASE_URL to another file, or mend this one.`,
      {
        cause: error,
      },
    );
  }
}
