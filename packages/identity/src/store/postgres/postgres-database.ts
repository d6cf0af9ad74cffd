/** PostgreSQL through `pg`: a pool of connections, prepared statements, and one more connection that listens. */
import pg from "pg";
import { Unavailable } from "lockstep";
import { checkOptions } from "../../mechanism/wrong-identity-option.ts";
import { type Database, driveLater, type Listener, type Listening, lockOutsideTransaction } from "../database.ts";
import { type Row, type Step, valuesOf, type Work } from "../statement.ts";
import { Channels } from "./channels.ts";
import { columnTypes } from "./column-types.ts";
import { isCollision, isOutdated, translated } from "./postgres-error.ts";

/** How `openPostgres` connects. */
export interface PostgresOptions {
  /** The most connections in the pool. Default 10. One more listens. */
  readonly maxConnections?: number;
  /** How long to wait for a connection, in milliseconds. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** How long a statement may take, in milliseconds. Default 10,000. */
  readonly statementTimeoutMs?: number;
}

/** A PostgreSQL database; its pool is there for what else an application does. */
export interface PostgresDatabase extends Database {
  readonly kind: "postgres";
  readonly pool: pg.Pool;
}

const attempts = 5;

/**
 * Connects to a database by its URL (`postgres://user:password@host:5432/name`). Nothing is opened before the first statement.
 * Prepared statements need a session of their own: behind PgBouncer use its session mode.
 *
 * @throws WrongIdentityOption for an option that does not exist
 * @throws TypeError for a URL that is none of PostgreSQL
 */
export function openPostgres(url: string, options: PostgresOptions = {}): PostgresDatabase {
  checkOptions("openPostgres()", options, { maxConnections: true, connectTimeoutMs: true, statementTimeoutMs: true });
  const { maxConnections = 10, connectTimeoutMs = 3000, statementTimeoutMs = 10_000 } = options;
  if (!URL.canParse(url) || !/^postgres(?:ql)?:$/.test(new URL(url).protocol))
    throw new TypeError("The address of a PostgreSQL database is a URL: postgres://user:password@host:5432/name");
  const settings: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // Where the network swallows packets, no statement timeout of the server is ever heard of.
    query_timeout: statementTimeoutMs + 1000,
    // A process that vanished in the middle of a transaction must not hold its locks for hours.
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    application_name: "lockstep-identity",
    types: { getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  };
  const pool = new pg.Pool({ ...settings, max: maxConnections });
  // A connection that breaks while it is idle is replaced; the next statement tells if there is no server.
  pool.on("error", () => {});
  return new PooledDatabase(pool, new Channels(settings));
}

class PooledDatabase implements PostgresDatabase {
  readonly kind = "postgres";
  readonly pool: pg.Pool;
  readonly #channels: Channels;
  #isClosed = false;

  constructor(pool: pg.Pool, channels: Channels) {
    this.pool = pool;
    this.#channels = channels;
  }

  async run<T>(work: Work<T>): Promise<T> {
    this.#checkOpen();
    return driveLater(work, (step) => {
      if (step.kind === "lock") throw lockOutsideTransaction();
      return perform(this.pool, step);
    });
  }

  async transaction<T>(work: () => Work<T>): Promise<T> {
    this.#checkOpen();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (attempt === attempts || !isCollision(causeOf(error))) throw error;
      }
    }
  }

  listen(channel: string, listener: Listener): Promise<Listening> {
    return this.#channels.listen(channel, listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([this.#channels.close(), this.pool.end()]);
  }

  async #attempt<T>(work: () => Work<T>): Promise<T> {
    const client = await answered(this.pool.connect());
    // Between two statements nobody else hears that the connection broke; the next statement tells.
    client.on("error", ignore);
    let isUsable = true;
    try {
      await answered(client.query("BEGIN ISOLATION LEVEL READ COMMITTED"));
      const result = await driveLater(work(), (step) => perform(client, step));
      await answered(client.query("COMMIT"));
      return result;
    } catch (error) {
      isUsable = await isRolledBack(client, error);
      throw error;
    } finally {
      client.off("error", ignore);
      client.release(!isUsable);
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Unavailable("The database is closed");
  }
}

async function perform(client: pg.Pool | pg.PoolClient, step: Step): Promise<readonly Row[]> {
  // Outside of what is translated: a wrong parameter is a mistake of the program.
  const query = queryOf(step);
  return (await answered(client.query<Row>(query))).rows;
}

function queryOf(step: Step): pg.QueryConfig {
  switch (step.kind) {
    case "query":
      return { name: step.statement.id, text: step.statement.numbered, values: valuesOf(step), types: columnTypes };
    case "notify":
      return { name: "lockstep_notify", text: "SELECT pg_notify($1, $2)", values: [step.channel, step.payload] };
    case "lock":
      return { name: "lockstep_lock", text: "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", values: [step.name] };
    default:
      return step satisfies never;
  }
}

/** Waits for the server. What the work itself throws does not come this way, and is never taken for the server's. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw translated(error);
  }
}

/** Rolls back; false where the connection cannot be used again. */
async function isRolledBack(client: pg.PoolClient, error: unknown): Promise<boolean> {
  // What has not answered is not asked again: closing the connection rolls back.
  if (error instanceof Unavailable && !(error.cause instanceof pg.DatabaseError)) return false;
  try {
    await client.query("ROLLBACK");
    return !isOutdated(causeOf(error));
  } catch {
    return false;
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Unavailable ? error.cause : undefined;
}

function ignore(): void {}
