/**
 * Counters that start again after a period: in memory or, on PostgreSQL, in the table `identity_throttle`, which all nodes share.
 * While PostgreSQL is away, each node counts in its own memory, from zero: attempts stay limited, but each node has its own limit
 * (L-14). The clock is the process's own: these times are never compared with times in other tables.
 */
import { type RateLimiterAbstract, RateLimiterPostgres } from "rate-limiter-flexible";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import type { Database } from "../store/database.ts";
import type { PostgresDatabase } from "../store/postgres/postgres-database.ts";
import { numberOf } from "../store/row.ts";
import { all, first, sql, type Work } from "../store/statement.ts";
import { BoundedMemory } from "./bounded-memory.ts";

/** The state of a counter. */
export interface Count {
  /** The count, including the attempt that was just added. */
  readonly count: number;
  /** The time when it starts again. Milliseconds since 1970. */
  readonly endsAt: number;
}

/**
 * Close to the end of a period no attempt is given back: it would be taken from the next period, which would begin below zero.
 */
const marginMs = 1000;

/** All counters of a process. */
export class Counters {
  readonly #memory: BoundedMemory;
  readonly #store: RateLimiterAbstract;

  /** @throws WrongIdentityOption for a database on which the nodes would not count together */
  constructor(database: Database, maxKeys: number) {
    this.#memory = new BoundedMemory(maxKeys);
    this.#store = storeOf(database, this.#memory);
  }

  /** Forgets the counters in memory. */
  close(): void {
    this.#memory.clear();
  }

  /** Adds one to a counter that ends `seconds` after it began. Atomic: no two callers get the same count. */
  async add(key: string, seconds: number, points = 1): Promise<Count> {
    const { consumedPoints, msBeforeNext } = await this.#store.penalty(key, points, { customDuration: seconds });
    return { count: consumedPoints, endsAt: Date.now() + msBeforeNext };
  }

  /** Takes one from a counter, unless it has started again since. */
  async giveBack(key: string, { endsAt }: Count): Promise<void> {
    if (Date.now() + marginMs < endsAt) await this.#store.reward(key, 1);
  }

  /** Sets a counter to 1, for `seconds` from now. */
  async hold(key: string, seconds: number): Promise<void> {
    await this.#store.set(key, 1, seconds);
  }

  /** Starts a counter again. */
  async forget(key: string): Promise<void> {
    await this.#store.delete(key);
  }
}

/**
 * Chooses by the kind of database. A kind that is not listed is refused, not counted in memory: nodes that each count for
 * themselves multiply an attacker's attempts, and nothing would say so.
 */
function storeOf(database: Database, memory: BoundedMemory): RateLimiterAbstract {
  const { kind } = database;
  switch (kind) {
    case "sqlite":
      return memory;
    case "postgres":
      return sharedStore(database, memory);
    default:
      kind satisfies never;
      throw new WrongIdentityOption(
        `Set \`database\` to openSqlite(…) or openPostgres(…): the throttle cannot count in a database of the kind ${String(kind)}`,
      );
  }
}

function sharedStore(database: Database, insuranceLimiter: BoundedMemory): RateLimiterAbstract {
  if (!hasPool(database)) {
    throw new WrongIdentityOption("Set `database` to openPostgres(…): the throttle's counters need its `pool`");
  }
  return new RateLimiterPostgres({
    storeClient: database.pool,
    storeType: "pool",
    tableName: "identity_throttle",
    // The migration creates the table, under its lock.
    tableCreated: true,
    // `removeCounters` removes them.
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

/** Removes at most `limit` counters that have ended. Returns how many it removed. */
export function* removeCounters(now: number, limit: number): Work<number> {
  return (yield* all(remove, { now, limit })).length;
}

/** The number of counters in the database. */
export function* countCounters(): Work<number> {
  const row = yield* first(count);
  return row === undefined ? 0 : numberOf(row, "counters");
}
