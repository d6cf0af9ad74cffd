/** PostgreSQL through `pg`: a pool of connections, prepared statements, and one more connection that listens. */
import pg from "pg";
import { Unavailable } from "lockstep";
import { type Database, driveLater, type Listener, type Listening } from "../database.ts";
import type { Row, Step, Work } from "../statement.ts";
import { Channels } from "./channels.ts";
import { isAway, isCollision } from "./postgres-error.ts";

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

const none: readonly Row[] = Object.freeze([]);
const attempts = 5;
const int8 = 20;

/**
 * Connects to a database by its URL (`postgres://user:password@host:5432/name`). Nothing is opened before the first statement.
 * Prepared statements need a session of their own: behind PgBouncer use its session mode.
 *
 * @throws TypeError for a URL that is none
 */
export function openPostgres(url: string, options: PostgresOptions = {}): PostgresDatabase {
  const { maxConnections = 10, connectTimeoutMs = 3000, statementTimeoutMs = 10_000 } = options;
  if (!URL.canParse(url))
    throw new TypeError("The address of a PostgreSQL database is a URL: postgres://user:password@host:5432/name");
  const settings: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // Where the network swallows packets, no statement timeout of the server is ever heard of.
    query_timeout: statementTimeoutMs + 1000,
    keepAlive: true,
    application_name: "lockstep-identity",
    types: { getTypeParser: (oid, format) => (Number(oid) === int8 ? Number : pg.types.getTypeParser(oid, format)) },
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
    try {
      return await driveLater(work, (step) => perform(this.pool, step));
    } catch (error) {
      throw this.#translated(error);
    }
  }

  async transaction<T>(work: () => Work<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (!isCollision(error) || attempt === attempts) throw this.#translated(error);
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
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("BEGIN");
      const result = await driveLater(work(), (step) => perform(client, step));
      await client.query("COMMIT");
      return result;
    } catch (error) {
      // A connection that cannot roll back is not used again.
      await client.query("ROLLBACK").catch((cause: unknown) => {
        broken = cause instanceof Error ? cause : new Error("ROLLBACK failed");
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  #translated(error: unknown): unknown {
    if (this.#isClosed) return new Unavailable("The database is closed", { cause: error });
    return isAway(error) ? new Unavailable("PostgreSQL cannot answer", { cause: error }) : error;
  }
}

async function perform(client: pg.Pool | pg.PoolClient, step: Step): Promise<readonly Row[]> {
  switch (step.kind) {
    case "query": {
      const { statement, parameters } = step;
      const values = statement.names.map((name) => parameterOf(parameters, name));
      if (Object.keys(parameters).length > values.length)
        throw new TypeError("A statement was given a parameter that it does not have");
      return (await client.query<Row>({ name: statement.id, text: statement.numbered, values })).rows;
    }
    case "notify":
      await client.query("SELECT pg_notify($1, $2)", [step.channel, step.payload]);
      return none;
    case "lock":
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [step.name]);
      return none;
    default:
      return step satisfies never;
  }
}

function parameterOf(parameters: Readonly<Record<string, string | number | null>>, name: string): string | number | null {
  const value = parameters[name];
  if (value === undefined) throw new TypeError(`The parameter :${name} of a statement has no value`);
  return value;
}
