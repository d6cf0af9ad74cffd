/** PostgreSQL through `pg`: a pool of connections, prepared statements, and a separate connection that listens. */
import pg from "pg";
import { Unavailable } from "lockstep";
import { SingleFlight } from "../../mechanism/single-flight.ts";
import { checkOptions } from "../../mechanism/wrong-identity-option.ts";
import { type Database, driveLater, type Listener, type Listening, lockOutsideTransaction } from "../database.ts";
import { type AfterCommit, type Row, type Step, valuesOf, type Work } from "../statement.ts";
import { Channels } from "./channels.ts";
import { columnTypes } from "./column-types.ts";
import { isCollision, isOutdated, translated } from "./postgres-error.ts";

/** The options of `openPostgres()`. */
export interface PostgresOptions {
  /** The most connections in the pool. One more listens, and one more follows transactions (`afterCommit()`). Default 10. */
  readonly maxConnections?: number;
  /** The longest wait for a connection. Milliseconds; default 3,000. */
  readonly connectTimeoutMs?: number;
  /** The longest time of a statement. Milliseconds; default 10,000. */
  readonly statementTimeoutMs?: number;
}

/** A PostgreSQL database. An application may use its pool for its own queries. */
export interface PostgresDatabase extends Database {
  readonly kind: "postgres";
  readonly pool: pg.Pool;
}

const attempts = 5;

/**
 * Connects to a database by its URL (`postgres://user:password@host:5432/name`). No connection is opened before the first
 * statement. Prepared statements need a session of their own: behind PgBouncer, use its session mode.
 *
 * @throws WrongIdentityOption for an option that does not exist
 * @throws TypeError for a URL that is not PostgreSQL's
 */
export function openPostgres(url: string, options: PostgresOptions = {}): PostgresDatabase {
  checkOptions("openPostgres()", options, { maxConnections: true, connectTimeoutMs: true, statementTimeoutMs: true });
  const { maxConnections = 10, connectTimeoutMs = 3000, statementTimeoutMs = 10_000 } = options;
  if (!URL.canParse(url) || !/^postgres(?:ql)?:$/.test(new URL(url).protocol))
    throw new TypeError("Give the address of a PostgreSQL database as a URL: postgres://user:password@host:5432/name");
  const settings: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // If the network swallows packets, the server's own statement timeout never reaches this process.
    query_timeout: statementTimeoutMs + 1000,
    // A process that vanished during a transaction must not hold its locks for hours.
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    application_name: "lockstep-identity",
    types: { getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  };
  const pool = openPool(settings, maxConnections);
  return new PooledDatabase(pool, settings);
}

function openPool(settings: pg.ClientConfig, max: number): pg.Pool {
  const pool = new pg.Pool({ ...settings, max });
  // An idle connection that breaks is replaced. If there is no server, the next statement fails.
  pool.on("error", ignore);
  // A connection can break between two statements, or in the moment when somebody gets it: the next statement fails.
  pool.on("connect", (client) => client.on("error", ignore));
  return pool;
}

class PooledDatabase implements PostgresDatabase {
  readonly kind = "postgres";
  readonly pool: pg.Pool;
  readonly #channels: Channels;
  /** Its own connection: what many requests wait for must not wait until they have had theirs. */
  readonly #laterPool: pg.Pool;
  readonly #later = new WeakMap<AfterCommit["work"], SingleFlight<unknown>>();
  /** Everything that has begun and is not over. */
  readonly #working = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(pool: pg.Pool, settings: pg.ClientConfig) {
    this.pool = pool;
    this.#laterPool = openPool(settings, 1);
    this.#channels = new Channels(settings);
  }

  async run<T>(work: Work<T>): Promise<T> {
    this.#checkOpen();
    return this.#finished(this.#run(work));
  }

  async #run<T>(work: Work<T>): Promise<T> {
    const later = new Set<AfterCommit["work"]>();
    const result = await driveLater(work, (step) => {
      if (step.kind === "lock") throw lockOutsideTransaction();
      return perform(this.pool, step, later);
    });
    await this.#runLater(later);
    return result;
  }

  async transaction<T>(work: () => Work<T>): Promise<T> {
    this.#checkOpen();
    return this.#finished(this.#transaction(work, this.pool));
  }

  listen(channel: string, listener: Listener): Promise<Listening> {
    return this.#channels.listen(channel, listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // A pool that ends forgets those who wait for a connection: they would wait for ever.
    await Promise.allSettled(this.#working);
    await Promise.all([this.#channels.close(), this.pool.end(), this.#laterPool.end()]);
  }

  async #finished<T>(working: Promise<T>): Promise<T> {
    this.#working.add(working);
    try {
      return await working;
    } finally {
      this.#working.delete(working);
    }
  }

  async #transaction<T>(work: () => Work<T>, pool: pg.Pool): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const later = new Set<AfterCommit["work"]>();
      try {
        const result = await attempted(work, pool, later);
        await this.#runLater(later);
        return result;
      } catch (error) {
        if (attempt === attempts || !isCollision(causeOf(error))) throw error;
      }
    }
  }

  /** Everything that asks while a run is under way shares the next one. Never rejects: the transaction is committed. */
  async #runLater(works: ReadonlySet<AfterCommit["work"]>): Promise<void> {
    const runs = [...works].map((work) => {
      const flight = this.#later.get(work) ?? new SingleFlight(() => this.#transaction(work, this.#laterPool));
      this.#later.set(work, flight);
      return flight.runAgain();
    });
    await Promise.allSettled(runs);
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Unavailable("The database is closed");
  }
}

async function attempted<T>(work: () => Work<T>, pool: pg.Pool, later: Set<AfterCommit["work"]>): Promise<T> {
  const client = await answered(pool.connect());
  let isUsable = true;
  try {
    await answered(client.query("BEGIN ISOLATION LEVEL READ COMMITTED"));
    const result = await driveLater(work(), (step) => perform(client, step, later));
    await answered(client.query("COMMIT"));
    return result;
  } catch (error) {
    isUsable = await isRolledBack(client, error);
    throw error;
  } finally {
    client.release(!isUsable);
  }
}

async function perform(client: pg.Pool | pg.PoolClient, step: Step, later: Set<AfterCommit["work"]>): Promise<readonly Row[]> {
  if (step.kind === "afterCommit") {
    later.add(step.work);
    return [];
  }
  // Not translated: a wrong parameter is a mistake of the program.
  const query = queryOf(step);
  return (await answered(client.query<Row>(query))).rows;
}

function queryOf(step: Exclude<Step, AfterCommit>): pg.QueryConfig {
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

/** Waits for the server. Errors of the work itself do not pass here, so they are never taken for the server's. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw translated(error);
  }
}

/** Rolls back. Returns false if the connection cannot be used again. */
async function isRolledBack(client: pg.PoolClient, error: unknown): Promise<boolean> {
  // A server that has not answered is not asked again: closing the connection rolls back.
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
