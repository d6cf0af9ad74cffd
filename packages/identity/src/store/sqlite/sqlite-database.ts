/**
 * SQLite through `node:sqlite`: one connection, on which every transaction runs from beginning to end without waiting, so
 * that requests cannot get into each other's transactions.
 */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { Unavailable } from "lockstep";
import { checkOptions } from "../../mechanism/wrong-identity-option.ts";
import { type Database, drive, type Listener, type Listening, lockOutsideTransaction } from "../database.ts";
import { type Notification, type Query, type Row, type Statement, type Step, valuesOf, type Work } from "../statement.ts";

/** How `openSqlite` opens the file. */
export interface SqliteOptions {
  /** How long a statement waits for another process that writes, in milliseconds. Default 5,000. */
  readonly busyTimeoutMs?: number;
}

const none: readonly Row[] = Object.freeze([]);

/**
 * Opens a database file, and makes it where it is missing (readable by this user only); `:memory:` lives as long as the process. What is
 * acknowledged is on the disk (`synchronous = FULL`). Several processes may open one file, on one machine.
 *
 * @throws WrongIdentityOption for an option that does not exist
 * @throws TypeError for an empty path
 * @throws Error of `node:sqlite` where the file cannot be opened or is no database
 */
export function openSqlite(path: string, options: SqliteOptions = {}): Database {
  checkOptions("openSqlite()", options, { busyTimeoutMs: true });
  // SQLite takes no path for a database that is gone at the end.
  if (path === "") throw new TypeError("The path of a SQLite database is empty: name a file, or :memory:");
  if (path !== ":memory:") makePrivate(path);
  const connection = new DatabaseSync(path, { timeout: options.busyTimeoutMs ?? 5000 });
  connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
  return new SqliteDatabase(connection);
}

/** The files that SQLite makes beside this one get its permissions. */
function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
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
    this.#checkOpen();
    return drive(work, (step) => {
      if (step.kind === "query") return this.#query(step);
      if (step.kind === "lock") throw lockOutsideTransaction();
      this.#tell([step]);
      return none;
    });
  }

  async transaction<T>(work: () => Work<T>): Promise<T> {
    const notifications: Notification[] = [];
    this.#checkOpen();
    this.#execute("BEGIN IMMEDIATE");
    let result: T;
    try {
      result = drive(work(), (step: Step) => {
        if (step.kind === "query") return this.#query(step);
        // A lock: the transaction itself is one.
        if (step.kind === "notify" && !notifications.some((told) => isSame(told, step))) notifications.push(step);
        return none;
      });
      this.#execute("COMMIT");
    } catch (error) {
      if (this.#connection.isOpen && this.#connection.isTransaction) this.#execute("ROLLBACK");
      throw error;
    }
    this.#tell(notifications);
    return result;
  }

  async listen(channel: string, listener: Listener): Promise<Listening> {
    this.#checkOpen();
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

  #query(query: Query): readonly Row[] {
    const { statement } = query;
    const parameters = boundOf(query);
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

  #checkOpen(): void {
    if (!this.#connection.isOpen) throw closed();
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
      const listeners = this.#listeners.get(channel);
      for (const listener of listeners ?? []) queueMicrotask(() => listeners?.has(listener) === true && listener.notified(payload));
    }
  }
}

/** A number is bound as an integer, as on PostgreSQL: a `number` of JavaScript would become a REAL. */
function boundOf(query: Query): Record<string, string | bigint | null> {
  const bound: Record<string, string | bigint | null> = {};
  for (const [index, value] of valuesOf(query).entries()) {
    const name = query.statement.names[index];
    if (name !== undefined) bound[name] = typeof value === "number" ? BigInt(value) : value;
  }
  return bound;
}

function isSame(one: Notification, other: Notification): boolean {
  return one.channel === other.channel && one.payload === other.payload;
}

/** SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL and CANTOPEN: the database is away, and may come back. */
const away: ReadonlySet<number> = new Set([5, 6, 8, 10, 13, 14]);

function translated(error: unknown): unknown {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  // Extended codes hold the primary one in their last byte.
  if (typeof code === "number" && away.has(code & 0xff)) return new Unavailable("SQLite cannot answer", { cause: error });
  if (error instanceof Error && "code" in error && error.code === "ERR_INVALID_STATE") {
    return closed(error);
  }
  return error;
}

function closed(cause?: unknown): Unavailable {
  return new Unavailable("The database is closed", { cause });
}
