/**
 * What identity needs of a database, and all that an application on the same one needs. Two drivers have it: `sqlite/` and
 * `postgres/`; one suite (`../testing/`) tests both.
 */
import type { Row, Step, Work } from "./statement.ts";

/** Ends what `listen` began. */
export interface Listening {
  close(): Promise<void>;
}

/** What a listener is told. */
export interface Listener {
  /** A notification of any node, this one included. */
  notified(payload: string): void;
  /** The connection was lost and there is one again: what came meanwhile was not told. */
  reconnected(): void;
}

/**
 * A database. Every method rejects with `Unavailable` while it cannot be reached; it recovers by itself. An error ends the work: its
 * `finally` blocks run, its `catch` blocks do not hear of a statement that failed, since there is no transaction left to go on with.
 */
export interface Database {
  readonly kind: "sqlite" | "postgres";
  /**
   * Runs work step by step; each statement is a transaction of its own, so that there is no `lock()`.
   *
   * @throws Unavailable while the database is away, or busy for too long
   */
  run<T>(work: Work<T>): Promise<T>;
  /**
   * Runs work in one transaction: all of it happens, or nothing. Where transactions collide `work` is called again, so that
   * it must have no effects of its own. SQLite runs one at a time.
   *
   * @throws Unavailable while the database is away, or busy for too long. Where the connection breaks while the transaction is
   * committed, nobody can tell whether it was; otherwise nothing has happened.
   */
  transaction<T>(work: () => Work<T>): Promise<T>;
  /** Hears what `notify()` tells on a channel: of every node on PostgreSQL, of this process on SQLite. */
  listen(channel: string, listener: Listener): Promise<Listening>;
  /** Ends the connections. */
  close(): Promise<void>;
}

/** Drives work whose steps are answered at once. */
export function drive<T>(work: Work<T>, answer: (step: Step) => readonly Row[]): T {
  let next = work.next();
  try {
    while (next.done !== true) next = work.next(answer(next.value));
    return next.value;
  } finally {
    leave(work);
  }
}

/** Drives work whose steps take a while. */
export async function driveLater<T>(work: Work<T>, answer: (step: Step) => Promise<readonly Row[]>): Promise<T> {
  let next = work.next();
  try {
    while (next.done !== true) next = work.next(await answer(next.value));
    return next.value;
  } finally {
    leave(work);
  }
}

/** Ends work where a step has failed, so that its `finally` blocks run; nothing that they ask for is done. */
function leave(work: Work<unknown>): void {
  while (work.return(undefined).done !== true);
}

/** For `lock()` in `run()`: it would hold nothing. */
export function lockOutsideTransaction(): TypeError {
  return new TypeError("A lock is held until the end of its transaction: use it in transaction(), not in run()");
}
