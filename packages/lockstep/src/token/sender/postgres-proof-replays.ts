/** The proofs that were used, in a table of PostgreSQL, which all processes share. */
import { BuildError } from "../../problem/error.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import type { ProofReplays } from "./proof-replays.ts";

/** A pool of `pg`. The program opens and closes it. */
export interface ProofPool {
  /** Runs a statement. */
  query(...given: never): unknown;
}

/** The options of `postgresProofReplays()`. */
export interface PostgresProofReplaysOptions {
  /** The name of the table. Default `dpop_proofs`. */
  readonly table?: string;
  /**
   * Whether the table is created if it is missing. Default `true`. With `false` it must exist: `CREATE TABLE dpop_proofs (id text
   * PRIMARY KEY, expires_at bigint NOT NULL)`, with an index of `expires_at`.
   */
  readonly createTable?: boolean;
}

const known: KnownOptions<PostgresProofReplaysOptions> = { table: true, createTable: true };
/** Creating a table twice at once fails in PostgreSQL, so processes that start together wait for each other. */
const lockNumber = 7_260_449;

/**
 * Keeps the proofs that were used in a table of PostgreSQL. Each proof is one statement, which also removes up to two rows that
 * have expired. All processes of an API share the table.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * const replays = postgresProofReplays(new Pool({ connectionString: process.env.DATABASE_URL }));
 * ```
 */
export function postgresProofReplays(pool: ProofPool, options: PostgresProofReplaysOptions = {}): ProofReplays {
  checkOptions("postgresProofReplays()", options, known);
  if (typeof pool !== "object" || pool === null || typeof pool.query !== "function")
    throw new BuildError("wrong_option", "postgresProofReplays(): pass a pool of pg first: new Pool({ connectionString })");
  const { table = "dpop_proofs", createTable = true } = options;
  if (typeof table !== "string" || !/^[a-z_][a-z0-9_]{0,50}$/.test(table))
    throw new BuildError("wrong_option", "postgresProofReplays(): write table in small letters, digits and _, at most 51");
  if (typeof createTable !== "boolean")
    throw new BuildError("wrong_option", "postgresProofReplays(): set createTable to true or false");
  return new PostgresProofReplays(pool, table, createTable);
}

class PostgresProofReplays implements ProofReplays {
  readonly #query: (text: string, values?: readonly unknown[]) => Promise<{ readonly rowCount: number | null }>;
  readonly #table: string;
  #created: Promise<unknown> | undefined;

  constructor(pool: ProofPool, table: string, createTable: boolean) {
    // A pool of pg takes a text and its values, and resolves with a result.
    const run = pool.query as (text: string, values?: readonly unknown[]) => Promise<{ readonly rowCount: number | null }>;
    this.#query = (text, values) => run.call(pool, text, values);
    this.#table = table;
    if (!createTable) this.#created = Promise.resolve();
  }

  async spend(id: string, expiresAtMs: number, nowMs: number): Promise<boolean> {
    await (this.#created ??= this.#create());
    const table = this.#table;
    const { rowCount } = await this.#query(
      `WITH expired AS (
         SELECT id FROM ${table} WHERE expires_at <= $3 AND id <> $1 ORDER BY expires_at LIMIT 2 FOR UPDATE SKIP LOCKED
       ), removed AS (
         DELETE FROM ${table} WHERE id IN (SELECT id FROM expired)
       )
       INSERT INTO ${table} AS spent (id, expires_at) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET expires_at = EXCLUDED.expires_at WHERE spent.expires_at <= $3`,
      [id, Math.ceil(expiresAtMs), Math.floor(nowMs)],
    );
    return rowCount === 1;
  }

  /** The table is created at the first request, and tried again after a failure: the database may start later than the API. */
  async #create(): Promise<void> {
    const table = this.#table;
    try {
      // Statements that are sent together are one transaction, at whose end the lock is released.
      await this.#query(
        `SELECT pg_advisory_xact_lock(${lockNumber});
         CREATE TABLE IF NOT EXISTS ${table} (id text PRIMARY KEY, expires_at bigint NOT NULL);
         CREATE INDEX IF NOT EXISTS ${table}_expires_at ON ${table} (expires_at)`,
      );
    } catch (error) {
      this.#created = undefined;
      throw error;
    }
  }
}
