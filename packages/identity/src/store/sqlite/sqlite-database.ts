/**
 * SQLite through `node:sqlite`: one connection. Every transaction runs on it synchronously from beginning to end, so requests
 * cannot get into each other's transactions.
 */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { Unavailable } from "lockstep";
import { checkOptions } from "../../mechanism/wrong-identity-option.ts";
import { type Database, drive, type Listener, type Listening, lockOutsideTransaction } from "../database.ts";
import {
  type AfterCommit,
  type Notification,
  type Query,
  type Row,
  type SqlValue,
  type Statement,
  type Step,
  valuesOf,
  type Work,
} from "../statement.ts";

/** The options of `openSqlite()`. */
export interface SqliteOptions {
  /** The longest time that a statement waits for another process that writes. Milliseconds; default 5,000. */
  readonly busyTimeoutMs?: number;
}

const none: readonly Row[] = Object.freeze([]);

/**
 * Opens a database file. If the file is missing, it is created, readable by this user only; `:memory:` lives as long as the
 * process. A committed transaction is on the disk (`synchronous = FULL`). Several processes of one machine may open one file.
 *
 * @throws WrongIdentityOption for an option that does not exist
 * @throws TypeError for an empty path
 * @throws Error of `node:sqlite` if the file cannot be opened or is not a database
 */
export function openSqlite(path: string, options: SqliteOptions = {}): Database {
  checkOptions("openSqlite()", options, { busyTimeoutMs: true });
  // SQLite would read an empty path as a temporary database.
  if (path === "") throw new TypeError("Name a file or :memory:, not an empty path");
  if (path !== ":memory:") makePrivate(path);
  const connection = new DatabaseSync(path, { timeout: options.busyTimeoutMs ?? 5000 });
  connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
  return new SqliteDatabase(connection);
}

/** The files that SQLite creates beside this one get the same permissions. */
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

  // The methods are asynchronous: a failure is a rejection, as on PostgreSQL.
  async run<T>(work: Work<T>): Promise<T> {
    this.#checkOpen();
    const later = new Set<AfterCommit["work"]>();
    const result = drive(work, (step) => {
      if (step.kind === "query") return this.#query(step);
      if (step.kind === "lock") throw lockOutsideTransaction();
      if (step.kind === "afterCommit") later.add(step.work);
      else this.#tell([step]);
      return none;
    });
    for (const each of later) await this.transaction(each);
    return result;
  }

  async transaction<T>(work: () => Work<T>): Promise<T> {
    const notifications: Notification[] = [];
    const later = new Set<AfterCommit["work"]>();
    const answer = (step: Step): readonly Row[] => {
      if (step.kind === "query") return this.#query(step);
      // The transaction itself is the lock.
      if (step.kind === "notify" && !notifications.some((told) => isSame(told, step))) notifications.push(step);
      if (step.kind === "afterCommit") later.add(step.work);
      return none;
    };
    this.#checkOpen();
    this.#execute("BEGIN IMMEDIATE");
    let result: T;
    try {
      result = drive(work(), answer);
      // The set also has what is added while the loop runs.
      for (const each of later) drive(each(), answer);
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
      // An integer beyond 2^53 is an error of `node:sqlite`.
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

/** A number is bound as an integer, as on PostgreSQL: a JavaScript `number` would become a REAL. */
function boundOf(query: Query): Record<string, Exclude<SqlValue, number> | bigint> {
  const bound: Record<string, Exclude<SqlValue, number> | bigint> = {};
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
  // The last byte of an extended code is the primary code.
  if (typeof code === "number" && away.has(code & 0xff)) return new Unavailable("SQLite cannot answer", { cause: error });
  if (error instanceof Error && "code" in error && error.code === "ERR_INVALID_STATE") {
    return closed(error);
  }
  return error;
}

function closed(cause?: unknown): Unavailable {
  return new Unavailable("The database is closed", { cause });
}
