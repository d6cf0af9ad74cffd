/** Persistence: the application's own tables on the database that identity is on, too: SQLite or PostgreSQL. */
import { type Database, migrate, SchemaTooNew } from "lockstep-identity/database";
import { openPostgres } from "lockstep-identity/postgres";
import { openSqlite } from "lockstep-identity/sqlite";
import { StartError } from "../start-error.ts";
import { NoteStore } from "./note.ts";
import { ProfileStore } from "./profile.ts";
import { notesSchema } from "./schema.ts";
import { SettingStore } from "./setting.ts";

/** Everything the application keeps. */
export interface Store {
  readonly database: Database;
  readonly notes: NoteStore;
  readonly profiles: ProfileStore;
  readonly settings: SettingStore;
  close(): Promise<void>;
}

/** A part of a list. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** Where the database is. */
export type DatabaseAddress =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

/**
 * Opens the database, and makes or updates it where needed. Processes that start at once take turns.
 *
 * @throws StartError where it cannot be reached or read, is no database, or belongs to a newer version
 */
export async function openStore(address: DatabaseAddress, clock: () => number = Date.now): Promise<Store> {
  const database = await openDatabase(address);
  return {
    database,
    notes: new NoteStore(database, clock),
    profiles: new ProfileStore(database),
    settings: new SettingStore(database),
    close: () => database.close(),
  };
}

async function openDatabase(address: DatabaseAddress): Promise<Database> {
  let database: Database | undefined;
  try {
    database = address.kind === "sqlite" ? openSqlite(address.path) : openPostgres(address.url);
    await migrate(database, notesSchema);
    return database;
  } catch (error) {
    await database?.close();
    if (error instanceof SchemaTooNew) {
      throw new StartError(
        "The database was made by a newer version of this program: start that one, or set DATABASE_URL to another database.",
        { cause: error },
      );
    }
    if (!(error instanceof Error)) throw error;
    throw new StartError(
      `The database ${nameOf(address)} cannot be opened (${reasonOf(error)}): set DATABASE_URL to another one, or mend this one.`,
      {
        cause: error,
      },
    );
  }
}

/** Where it is, without the password. */
function nameOf(address: DatabaseAddress): string {
  if (address.kind === "sqlite") return address.path;
  const { host, pathname } = new URL(address.url);
  return `${host}${pathname}`;
}

/** What the driver said: `Unavailable` says little by itself. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
