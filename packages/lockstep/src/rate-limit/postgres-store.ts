/** `postgresStore()`: counters in a table of PostgreSQL, which all processes share. */
import { RateLimiterPostgres } from "rate-limiter-flexible";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { spendOf } from "./flexible.ts";
import type { Counted, CountedLimit, LimitCounter, RateLimitStore } from "./store.ts";

/** A pool of `pg`. The program opens and closes it. */
export interface PostgresPool {
  /** Runs a statement. */
  query(...given: never): unknown;
}

/** The options of `postgresStore()`. */
export interface PostgresStoreOptions {
  /** The name of the table. Default `rate_limits`. */
  readonly table?: string;
  /**
   * Whether the table is created if it is missing. Default `true`. With `false` it must exist: `CREATE TABLE rate_limits (key
   * varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint)`.
   */
  readonly createTable?: boolean;
}

const known: KnownOptions<PostgresStoreOptions> = { table: true, createTable: true };

interface Place {
  readonly pool: PostgresPool;
  readonly table: string;
  readonly createTable: boolean;
  /** Whether this counter removes the rows that are over. One for each store is enough. */
  readonly removesExpired: boolean;
}

/**
 * Counts in a table of PostgreSQL. Each request is one statement for each limit. Rows that are over for an hour are removed every
 * five minutes while the process runs.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * const store = postgresStore(new Pool({ connectionString: process.env.DATABASE_URL }));
 * ```
 */
export function postgresStore(pool: PostgresPool, options: PostgresStoreOptions = {}): RateLimitStore {
  checkOptions("postgresStore()", options, known);
  if (typeof pool !== "object" || pool === null || typeof pool.query !== "function")
    throw new BuildError("wrong_option", "postgresStore(): pass a pool of pg first: new Pool({ connectionString })");
  const { table = "rate_limits", createTable = true } = options;
  if (typeof table !== "string" || !/^[a-z_][a-z0-9_]{0,62}$/.test(table))
    throw new BuildError("wrong_option", "postgresStore(): write table in small letters, digits and _, at most 63");
  if (typeof createTable !== "boolean") throw new BuildError("wrong_option", "postgresStore(): set createTable to true or false");
  let counters = 0;
  return {
    counter(limit) {
      counters += 1;
      return new PostgresCounter(limit, { pool, table, createTable, removesExpired: counters === 1 });
    },
  };
}

class PostgresCounter implements LimitCounter {
  readonly #limit: CountedLimit;
  readonly #place: Place;
  #limiter: Promise<RateLimiterPostgres> | undefined;

  constructor(limit: CountedLimit, place: Place) {
    this.#limit = limit;
    this.#place = place;
  }

  async spend(key: string, points: number): Promise<Counted> {
    this.#limiter ??= this.#open();
    return spendOf(await this.#limiter, key, points);
  }

  /** The table is created at the first request, and tried again after a failure: the database may start later than the API. */
  async #open(): Promise<RateLimiterPostgres> {
    const { name, points, windowSeconds } = this.#limit;
    const { pool, table, createTable, removesExpired } = this.#place;
    try {
      return await new Promise<RateLimiterPostgres>((resolve, reject) => {
        const limiter: RateLimiterPostgres = new RateLimiterPostgres(
          {
            storeClient: pool,
            storeType: "pool",
            tableName: table,
            tableCreated: !createTable,
            keyPrefix: name,
            points,
            duration: windowSeconds,
            clearExpiredByTimeout: removesExpired,
            // Once a key has spent everything, this process refuses it without asking the store.
            inMemoryBlockOnConsumed: points + 1,
          },
          // Called at once if the table exists already, so the limiter is not there yet.
          (error?: unknown) => queueMicrotask(() => (error === undefined ? resolve(limiter) : reject(error))),
        );
      });
    } catch (error) {
      this.#limiter = undefined;
      throw error;
    }
  }
}
