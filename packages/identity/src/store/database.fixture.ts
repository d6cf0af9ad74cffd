/** Databases for tests: SQLite in memory, and one of its own on a real PostgreSQL. */
import { randomBytes } from "node:crypto";
import { describe, type TestContext } from "node:test";
import pg from "pg";
import type { Database } from "./database.ts";
import { migrate } from "./migration.ts";
import { openPostgres } from "./postgres/index.ts";
import { identitySchema } from "./schema.ts";
import { TestSchemas } from "./postgres/schema.fixture.ts";
import { openSqlite } from "./sqlite/index.ts";

/** A kind of database that tests run on. */
export interface TestDatabase {
  readonly kind: Database["kind"];
  /** An empty database with identity's tables; it is gone after the test. */
  open(test: Pick<TestContext, "after">): Promise<Database>;
}

/** Both kinds. */
export const testDatabases: readonly TestDatabase[] = [
  { kind: "sqlite", open: openTestSqlite },
  { kind: "postgres", open: openTestPostgres },
];

/** Runs the same tests on both kinds. */
export function describeOnEach(name: string, tests: (database: TestDatabase) => void): void {
  for (const database of testDatabases) describe(`${name} on ${database.kind}`, () => tests(database));
}

/** Hundreds of transactions that come at once wait for their connection on a busy machine, too. */
export const patientTimes: Readonly<Record<"connectTimeoutMs" | "statementTimeoutMs", number>> = {
  connectTimeoutMs: 120_000,
  statementTimeoutMs: 120_000,
};

/**
 * One database for each process, however many test files run in it: making a database takes a hundred times as long as a schema.
 */
let schemas: Promise<TestSchemas> | undefined;

async function openTestPostgres(test: Pick<TestContext, "after">): Promise<Database> {
  schemas ??= createPostgres().then(({ url }) => new TestSchemas(url));
  const schema = await (await schemas).take();
  const database = openPostgres(schema.url, patientTimes);
  test.after(async () => {
    await database.close();
    await schema.release();
  });
  await migrate(database, identitySchema);
  await schema.isMigrated();
  return database;
}

async function openTestSqlite(test: Pick<TestContext, "after">): Promise<Database> {
  const database = openSqlite(":memory:");
  test.after(() => database.close());
  await migrate(database, identitySchema);
  return database;
}

/** The URL of a new, empty PostgreSQL database. It is dropped after the test, even if somebody is connected. */
export async function newPostgresUrl(test: { after(end: () => Promise<void>): void }): Promise<string> {
  const { url, drop } = await createPostgres();
  test.after(drop);
  return url;
}

async function createPostgres(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const server = process.env["LOCKSTEP_TEST_POSTGRES"];
  if (server === undefined) {
    throw new Error("LOCKSTEP_TEST_POSTGRES is not set: run this test with `npm test -- <file>`, which starts a PostgreSQL for it");
  }
  const name = `lockstep_${randomBytes(8).toString("hex")}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
