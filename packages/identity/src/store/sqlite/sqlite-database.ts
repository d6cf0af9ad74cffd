/**
 * SQLite through `node:sqlite`: one connection, on which every transaction runs from beginning to end without waiting, so
 * that requests cannot get into each other's transactions.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { Unavailable } from "lockstep";
import { type Database, drive, type Listener, type Listening } from "../database.ts";
import type { Notification, Query, Row, Statement, Step, Work } from "../statement.ts";

/** How `openSqlite` opens the file. */
export interface SqliteOptions {
  /** How long a statement waits for another process that writes, in milliseconds. Default 5,000. */
  readonly busyTimeoutMs?: number;
}

const none: readonly Row[] = Object.freeze([]);

/**
 * Opens a database file, and makes it where it is missing (readable by this user only); `:memory:` lives as long as the process. What is
 * acknowledged is on the disk (`synchronous = FULL`).
 *
 * @throws Error of `node:sqlite` where the file cannot be opened or is no database
 */
export function openSqlite(path: string, options: SqliteOptions = {}): Database {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const connection = new DatabaseSync(path, { timeout: options.busyTimeoutMs ?? 5000 });
  connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
  return new SqliteDatabase(connection);
}

class SqliteDatabase implements Database {
  readonly kind = "sqlite";
  readonly #connection: DatabaseSync;
  readonly #prepared = new Map<Statement, StatementSync>();
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  // The methods are asynchronous, so that a failure is a rejection here as on PostgreSQL.
  async run<T>(work: Work<T>): Promise<T> {
    return drive(work, (step) => {
      if (step.kind === "query") return this.#query(step);
      if (step.kind === "notify") this.#tell([step]);
      return none;
    });
  }

  async transaction<T>(work: () => Work<T>): Promise<T> {
    const notifications: Notification[] = [];
    this.#execute("BEGIN IMMEDIATE");
    let result: T;
    try {
      result = drive(work(), (step: Step) => {
        if (step.kind === "query") return this.#query(step);
        // A lock: the transaction itself is one.
        if (step.kind === "notify") notifications.push(step);
        return none;
      });
      this.#execute("COMMIT");
    } catch (error) {
      if (this.#connection.isOpen && this.#connection.isTransaction) this.#connection.exec("ROLLBACK");
      throw error;
    }
    this.#tell(notifications);
    return result;
  }

  async listen(channel: string, listener: Listener): Promise<Listening> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    return {
      close: async () => {
        listeners.delete(listener);
      },
    };
  }

  async close(): Promise<void> {
    if (this.#connection.isOpen) this.#connection.close();
  }

  #query({ statement, parameters }: Query): readonly Row[] {
    try {
      let prepared = this.#prepared.get(statement);
      if (prepared === undefined) {
        prepared = this.#connection.prepare(statement.text);
        this.#prepared.set(statement, prepared);
      }
      // The schema holds no BLOB and no integer beyond 2^53, which are what else a row could hold.
      return prepared.all(parameters) as unknown as readonly Row[];
    } catch (error) {
      throw translated(error);
    }
  }

  #execute(text: string): void {
    try {
      this.#connection.exec(text);
    } catch (error) {
      throw translated(error);
    }
  }

  #tell(notifications: readonly Notification[]): void {
    for (const { channel, payload } of notifications) {
      for (const listener of this.#listeners.get(channel) ?? []) queueMicrotask(() => listener.notified(payload));
    }
  }
}

/** SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL and CANTOPEN: the database is away, and may come back. */
const away: ReadonlySet<number> = new Set([5, 6, 8, 10, 13, 14]);

function translated(error: unknown): unknown {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  // Extended codes hold the primary one in their last byte.
  if (typeof code === "number" && away.has(code & 0xff)) return new Unavailable("SQLite cannot answer", { cause: error });
  if (error instanceof Error && "code" in error && error.code === "ERR_INVALID_STATE") {
    return new Unavailable("The database is closed", { cause: error });
  }
  return error;
}
