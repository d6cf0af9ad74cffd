/** What the tests of this folder share: a database to break, and how. */
import type { TestContext } from "node:test";
import pg from "pg";
import { eventually } from "../../revocation/node-process.fixture.ts";
import { newPostgresUrl, patientTimes } from "../database.fixture.ts";
import { all, sql, type Work } from "../statement.ts";
import { openPostgres, type PostgresDatabase, type PostgresOptions } from "./index.ts";

const one = sql("SELECT 1 AS one");
const pause = sql("SELECT pg_sleep(0.01)");

/** A new database on the server; both are gone after the test. */
export async function open(
  t: TestContext,
  options: PostgresOptions = {},
): Promise<{ readonly database: PostgresDatabase; readonly url: string }> {
  const url = await newPostgresUrl(t);
  const database = openPostgres(url, { ...patientTimes, ...options });
  t.after(() => database.close());
  return { database, url };
}

/** Waits until the database answers again. */
export function settled(database: PostgresDatabase): Promise<void> {
  const isThere = (): Promise<boolean> =>
    database.run(all(one)).then(
      () => true,
      () => false,
    );
  return eventually(isThere, 30_000, "the database has recovered");
}

/** Continues when `count` transactions have arrived here. */
export function* meet(arrived: Set<unknown>, count: number): Work<void> {
  arrived.add({});
  while (arrived.size < count) yield* all(pause);
}

/** Ends every connection to a database, as a server does that is restarted. */
export function terminateAll(url: string): Promise<void> {
  return administer(
    url,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
}

/** Runs a statement on a connection of its own. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Whether a connection to the database is at this statement. */
export async function isAtWork(url: string, statement: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query(
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query = $1 AND pid <> pg_backend_pid()",
    [statement],
  );
  await client.end();
  return rowCount !== 0;
}
