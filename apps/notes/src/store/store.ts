/** Persistence: the application's own tables, in the same SQLite or PostgreSQL database as identity. */
import { type Database, migrate, SchemaTooNew } from "lockstep-identity/database";
import { openPostgres } from "lockstep-identity/postgres";
import { openSqlite } from "lockstep-identity/sqlite";
import { StartError } from "../start-error.ts";
import { NoteStore } from "./note.ts";
import { ProfileStore } from "./profile.ts";
import { notesSchema } from "./schema.ts";
import { SettingStore } from "./setting.ts";

/** The database and the stores of the application. */
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

/** The address of the database. */
export type DatabaseAddress =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

/**
 * Opens the database, and creates or updates its tables if needed. Processes that start at once take turns.
 *
 * @throws StartError if it cannot be reached or read, is not a database, or belongs to a newer version
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
        "Start the newer version of this program that created the database, or set DATABASE_URL to another database.",
        { cause: error },
      );
    }
    if (!(error instanceof Error)) throw error;
    throw new StartError(
      `Set DATABASE_URL to another database, or repair this one: ${nameOf(address)} cannot be opened (${reasonOf(error)}).`,
      {
        cause: error,
      },
    );
  }
}

/** Names the database, without the password. */
function nameOf(address: DatabaseAddress): string {
  if (address.kind === "sqlite") return address.path;
  const { host, pathname } = new URL(address.url);
  return `${host}${pathname}`;
}

/** Returns the driver's message, because `Unavailable` says little by itself. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
