/**
 * The counters of a process: in memory or, on PostgreSQL, in a table that all nodes share. While PostgreSQL is away, each node
 * counts in its own memory, from zero: attempts stay limited, but each node has its own limit (L-14). The times of the counters
 * are never compared with times in other tables.
 */
import { Unavailable } from "lockstep";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import type { Database } from "../store/database.ts";
import { numberOf } from "../store/row.ts";
import { all, first, sql, type Work } from "../store/statement.ts";
import { type Counter, isExhausted, type Outcome, type Place, retryAt } from "./counter.ts";
import { MemoryCounters } from "./memory-counters.ts";
import { PostgresCounters } from "./postgres-counters.ts";

/** The end of an attempt at one counter. */
export interface Settlement {
  readonly place: Place;
  readonly outcome: Outcome;
  /** The minute in which the attempt took its place. `undefined` if it took none. */
  readonly taken: number | undefined;
}

/** A place where counters are kept. Each call is atomic for each counter. */
export interface CounterStore {
  /** Takes places. Returns the counters, in the same order; `refusals` is 0 where the attempt is allowed. */
  take(places: readonly Place[], now: number, spends: boolean): Promise<readonly Counter[]>;
  settle(settlements: readonly Settlement[], now: number): Promise<void>;
}

/** A counter that refuses an attempt. */
export interface Refusal {
  readonly place: Place;
  /** When to try again, in milliseconds since 1970. */
  readonly retryAt: number;
  /** Whether this is the first refusal since the limit was reached. */
  readonly isFirst: boolean;
}

/** The answer of the counters: the attempt may be made, or not yet. */
export type Taking =
  | {
      readonly refusals: readonly [];
      /** Ends the attempt, in one round trip. `forget` names counters whose failures are forgotten. */
      end(outcome: "failed" | "withdrawn", forget?: readonly Place[]): Promise<void>;
    }
  | { readonly refusals: readonly [Refusal, ...Refusal[]] };

/** All counters of a process. */
export class Counters {
  readonly #memory: MemoryCounters;
  readonly #store: CounterStore;
  readonly #clock: () => number;

  /** @throws WrongIdentityOption for a database on which the nodes would not count together */
  constructor(database: Database, maxKeys: number, clock: () => number) {
    this.#memory = new MemoryCounters(maxKeys);
    this.#store = storeOf(database, this.#memory);
    this.#clock = clock;
  }

  /**
   * Takes a place in flight at every counter, or at none of them. One round trip; a second one if a counter refuses and others
   * did not.
   */
  async take(places: readonly Place[]): Promise<Taking> {
    const { counters, now, store } = await this.#take(places, false);
    const refusals = refusalsOf(places, counters, now);
    const taken = places.flatMap((place, index) =>
      counters[index]?.refusals === 0 ? [{ place, minute: counters[index].minute }] : [],
    );
    const end = (outcome: Outcome, forget: readonly Place[] = []): Promise<void> => {
      const settlements = taken.map(({ place, minute }) => ({ place, outcome, taken: minute }));
      // A counter is in a statement once.
      const forgotten = new Set(forget.map(({ key }) => key));
      const others = settlements.map((each) =>
        forgotten.delete(each.place.key) ? { ...each, outcome: "forgotten" as const } : each,
      );
      const rest = forget.filter(({ key }) => forgotten.has(key));
      return this.#settle(store, [...others, ...rest.map((place) => ({ place, outcome: "forgotten" as const, taken: undefined }))]);
    };
    const [refusal, ...more] = refusals;
    if (refusal === undefined) return { refusals: [], end };
    if (taken.length > 0) await end("withdrawn");
    return { refusals: [refusal, ...more] };
  }

  /** Counts a failure at every counter that has room. Returns the counters that had none. One round trip. */
  async spend(places: readonly Place[]): Promise<readonly Refusal[]> {
    const { counters, now } = await this.#take(places, true);
    return refusalsOf(places, counters, now);
  }

  /** Forgets the failures of counters. One round trip. */
  async forget(places: readonly Place[]): Promise<void> {
    await this.#settle(
      this.#store,
      places.map((place) => ({ place, outcome: "forgotten", taken: undefined })),
    );
  }

  async #take(places: readonly Place[], spends: boolean) {
    const now = this.#clock();
    try {
      return { counters: await this.#store.take(places, now, spends), now, store: this.#store };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return { counters: await this.#memory.take(places, now, spends), now, store: this.#memory };
    }
  }

  /** Ends attempts where they began. What the database does not hear is counted in memory. */
  async #settle(store: CounterStore, settlements: readonly Settlement[]): Promise<void> {
    if (settlements.length === 0) return;
    const now = this.#clock();
    try {
      await store.settle(settlements, now);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      await this.#memory.settle(settlements, now);
    }
  }
}

/**
 * Chooses by the kind of database. A kind that is not listed is refused, not counted in memory: nodes that each count for
 * themselves multiply an attacker's attempts, and nothing would say so.
 */
function storeOf(database: Database, memory: MemoryCounters): CounterStore {
  const { kind } = database;
  switch (kind) {
    case "sqlite":
      return memory;
    case "postgres":
      return new PostgresCounters(database);
    default:
      kind satisfies never;
      throw new WrongIdentityOption(
        `Set \`database\` to openSqlite(…) or openPostgres(…): the throttle cannot count in a database of the kind ${String(kind)}`,
      );
  }
}

function refusalsOf(places: readonly Place[], counters: readonly Counter[], now: number): readonly Refusal[] {
  return places.flatMap((place, index): Refusal[] => {
    const counter = counters[index];
    if (counter === undefined || counter.refusals === 0) return [];
    const isFirst = counter.refusals === 1 && isExhausted(counter, place.limit);
    return [{ place, retryAt: retryAt(counter, place.limit, now), isFirst }];
  });
}

const remove = sql(`
  DELETE FROM identity_throttle
  WHERE key IN (SELECT key FROM identity_throttle WHERE expires_at < :now ORDER BY expires_at LIMIT :limit)
  RETURNING key`);
const count = sql("SELECT COUNT(*) AS counters FROM identity_throttle");

/** Removes at most `limit` counters that have ended. Returns how many it removed. */
export function* removeCounters(now: number, limit: number): Work<number> {
  return (yield* all(remove, { now, limit })).length;
}

/** The number of counters in the database. */
export function* countCounters(): Work<number> {
  const row = yield* first(count);
  return row === undefined ? 0 : numberOf(row, "counters");
}
