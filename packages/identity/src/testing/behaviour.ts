/** Facts about a store, and the functions that their checks share. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../store/database.ts";
import { all, sql, type Work } from "../store/statement.ts";
import type { StoreUnderTest } from "./store-suite.ts";

/** One fact about a store, and its check. */
export interface Behaviour {
  readonly name: string;
  /** The method that the store must have for the check to run. */
  readonly needs?: "reopen" | "second";
  check(store: StoreUnderTest): Promise<void>;
}

/** Creates a fact about any store. */
export function behaviour(name: string, check: (database: Database) => Promise<void>): Behaviour {
  return { name, check: ({ database }) => check(database) };
}

/** Creates a fact about a store that several processes share, each with its own `Database`. */
export function behaviourOfTwo(name: string, check: (one: Database, other: Database) => Promise<void>): Behaviour {
  return {
    name,
    needs: "second",
    check: async ({ database, second }) => {
      if (second === undefined) throw new TypeError('Pass { lacks: ["second"] } to storeSuite(): this store has no second()');
      await check(database, await second());
    },
  };
}

/** How many callers compete. */
export const contenders = 50;

/** Calls a function fifty times at once. Returns all results. */
export function race<T>(run: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: contenders }, (_, index) => run(index)));
}

const pause = sql("SELECT pg_sleep(0.01)");
const longestDelayMs = 20;

/**
 * The same database with delays. On PostgreSQL, every step of a transaction starts 10 ms after the one before. On SQLite, the
 * steps of a transaction have nothing between them, so each run and each transaction starts a little later.
 */
export function slow(database: Database): Database {
  const isStepwise = database.kind === "postgres";
  const delayed = <T>(run: () => Promise<T>): Promise<T> => sleep(Math.random() * longestDelayMs).then(run);
  return {
    kind: database.kind,
    run: (work) => delayed(() => database.run(work)),
    transaction: (work) => delayed(() => database.transaction(() => (isStepwise ? slowly(work()) : work()))),
    listen: (channel, listener) => database.listen(channel, listener),
    close: () => database.close(),
  };
}

function* slowly<T>(work: Work<T>): Work<T> {
  try {
    let next = work.next();
    while (next.done !== true) {
      yield* all(pause);
      next = work.next(yield next.value);
    }
    return next.value;
  } finally {
    // As a driver does; its result is not needed.
    (work as Work<unknown>).return(undefined);
  }
}

/** Waits until a condition holds. The limit does not measure speed. @throws Error after 30 seconds */
export async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !isSo();) {
    if (performance.now() > end) throw new Error("The condition did not hold within 30 seconds");
    await sleep(5);
  }
}

/** Runs statements without parameters, one after the other. */
export function* each(...statements: readonly ReturnType<typeof sql>[]): Work<void> {
  for (const statement of statements) yield* all(statement);
}
