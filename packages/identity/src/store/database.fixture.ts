/** Databases for tests: SQLite in memory, and one of its own on a real PostgreSQL. */
import { randomBytes } from "node:crypto";
import { describe, type TestContext } from "node:test";
import pg from "pg";
import type { Database } from "./database.ts";
import { migrate } from "./migration.ts";
import { openPostgres } from "./postgres/index.ts";
import { identitySchema } from "./schema.ts";
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

async function openTestSqlite(test: Pick<TestContext, "after">): Promise<Database> {
  return migrated(openSqlite(":memory:"), test);
}

async function openTestPostgres(test: Pick<TestContext, "after">): Promise<Database> {
  return migrated(openPostgres(await newPostgresUrl(test)), test);
}

async function migrated<D extends Database>(database: D, test: Pick<TestContext, "after">): Promise<D> {
  test.after(() => database.close());
  await migrate(database, identitySchema);
  return database;
}

/** A test, or a file of them: runs something at its end. */
export interface Ending {
  after(work: () => Promise<void>): void;
}

/** The URL of a new, empty PostgreSQL database; it is dropped after the test, whoever is connected. */
export async function newPostgresUrl(test: Ending): Promise<string> {
  const server = process.env["LOCKSTEP_TEST_POSTGRES"];
  if (server === undefined) {
    throw new Error("LOCKSTEP_TEST_POSTGRES is not set: run this test with `npm test -- <file>`, which starts a PostgreSQL for it");
  }
  const name = `lockstep_${randomBytes(8).toString("hex")}`;
  await administer(server, `CREATE DATABASE ${name}`);
  test.after(() => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
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
