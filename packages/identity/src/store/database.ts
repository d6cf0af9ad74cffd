/**
 * The database of identity, which an application can share for its own tables. There are two drivers, `sqlite/` and `postgres/`,
 * and one suite (`../testing/`) that both pass.
 */
import type { Row, Step, Work } from "./statement.ts";

/** Ends a `listen()`. */
export interface Listening {
  close(): Promise<void>;
}

/** The calls that a listener gets. */
export interface Listener {
  /** A notification came, from any node (this one included). */
  notified(payload: string): void;
  /** The connection was lost and is back. Notifications that were sent in between are lost. */
  reconnected(): void;
}

/**
 * A database. Every method rejects with `Unavailable` while it cannot be reached; it recovers by itself. A statement that fails
 * ends the work: its `finally` blocks run, and its `catch` blocks do not, because no transaction is left to go on with.
 */
export interface Database {
  readonly kind: "sqlite" | "postgres";
  /**
   * Runs work step by step. Each statement is a transaction of its own, so `lock()` is refused.
   *
   * @throws Unavailable while the database is away, or busy for too long
   */
  run<T>(work: Work<T>): Promise<T>;
  /**
   * Runs work in one transaction: all of it happens, or nothing. If transactions collide, `work` is called again, so it must have
   * no side effects. SQLite runs one transaction at a time.
   *
   * @throws Unavailable while the database is away, or busy for too long. If the connection breaks during the commit, nobody can
   * tell whether the transaction was committed; in every other case nothing has happened.
   */
  transaction<T>(work: () => Work<T>): Promise<T>;
  /** Receives what `notify()` sends on a channel: from every node on PostgreSQL, from this process on SQLite. */
  listen(channel: string, listener: Listener): Promise<Listening>;
  /** Ends the connections. */
  close(): Promise<void>;
}

/** Runs work on a driver that answers synchronously. */
export function drive<T>(work: Work<T>, answer: (step: Step) => readonly Row[]): T {
  let next = work.next();
  try {
    while (next.done !== true) next = work.next(answer(next.value));
    return next.value;
  } finally {
    leave(work);
  }
}

/** Runs work on a driver that answers asynchronously. */
export async function driveLater<T>(work: Work<T>, answer: (step: Step) => Promise<readonly Row[]>): Promise<T> {
  let next = work.next();
  try {
    while (next.done !== true) next = work.next(await answer(next.value));
    return next.value;
  } finally {
    leave(work);
  }
}

/** Ends work after a failed step: its `finally` blocks run, and the statements in them do not. */
function leave(work: Work<unknown>): void {
  while (work.return(undefined).done !== true);
}

/** The error for `lock()` in `run()`, where the lock would end with its own statement. */
export function lockOutsideTransaction(): TypeError {
  return new TypeError("Use lock() in transaction(), not in run(): a lock is held until the end of its transaction");
}
