/**
 * Counters that start again after a while, in memory or, on PostgreSQL, in the table `identity_throttle` that all nodes share.
 * While that is away each node counts in its own memory, from nothing: fewer attempts than unlimited, more than one node allows
 * (attack row L-14). Their clock is the process's: what is counted here is never compared with what stands in other tables.
 */
import { type RateLimiterAbstract, RateLimiterPostgres } from "rate-limiter-flexible";
import type { Database } from "../store/database.ts";
import type { PostgresDatabase } from "../store/postgres/postgres-database.ts";
import { numberOf } from "../store/row.ts";
import { all, first, sql, type Work } from "../store/statement.ts";
import { BoundedMemory } from "./bounded-memory.ts";

/** What a counter says. */
export interface Count {
  /** With what was just added. */
  readonly count: number;
  /** When it starts again, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** Close to the end of a counter nothing is given back: it would be taken from the next one, and let its owner begin below zero. */
const marginMs = 1000;

/** All counters of a process. */
export class Counters {
  readonly #memory: BoundedMemory;
  readonly #store: RateLimiterAbstract;

  constructor(database: Database, maxKeys: number) {
    this.#memory = new BoundedMemory(maxKeys);
    this.#store = database.kind === "postgres" ? sharedStore(database, this.#memory) : this.#memory;
  }

  /** Forgets what is in memory. */
  close(): void {
    this.#memory.clear();
  }

  /** Adds to a counter, which is over `seconds` after it began; atomic: no two callers are told the same count. */
  async add(key: string, seconds: number, points = 1): Promise<Count> {
    const { consumedPoints, msBeforeNext } = await this.#store.penalty(key, points, { customDuration: seconds });
    return { count: consumedPoints, endsAt: Date.now() + msBeforeNext };
  }

  /** Takes one from a counter, unless it has started again meanwhile. */
  async giveBack(key: string, { endsAt }: Count): Promise<void> {
    if (Date.now() + marginMs < endsAt) await this.#store.reward(key, 1);
  }

  /** Sets a counter to 1, for so many seconds from now. */
  async hold(key: string, seconds: number): Promise<void> {
    await this.#store.set(key, 1, seconds);
  }

  /** Starts a counter again. */
  async forget(key: string): Promise<void> {
    await this.#store.delete(key);
  }
}

function sharedStore(database: Database, insuranceLimiter: BoundedMemory): RateLimiterAbstract {
  if (!hasPool(database)) throw new TypeError("A PostgreSQL database without its `pool` cannot share the counters of the throttle");
  return new RateLimiterPostgres({
    storeClient: database.pool,
    storeType: "pool",
    tableName: "identity_throttle",
    // By the migration: under its lock, by whoever may create tables.
    tableCreated: true,
    // By `removeCounters`.
    clearExpiredByTimeout: false,
    keyPrefix: "",
    points: 1,
    duration: 1,
    insuranceLimiter,
  });
}

function hasPool(database: Database): database is PostgresDatabase {
  return "pool" in database;
}

const remove = sql(`
  DELETE FROM identity_throttle
  WHERE key IN (SELECT key FROM identity_throttle WHERE expire < :now ORDER BY expire LIMIT :limit)
  RETURNING key`);
const count = sql("SELECT COUNT(*) AS counters FROM identity_throttle");

/** Removes at most so many counters that are over; gives how many it removed. */
export function* removeCounters(now: number, limit: number): Work<number> {
  return (yield* all(remove, { now, limit })).length;
}

/** How many counters the database holds. */
export function* countCounters(): Work<number> {
  const row = yield* first(count);
  return row === undefined ? 0 : numberOf(row, "counters");
}
