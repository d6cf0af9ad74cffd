/** A PostgreSQL database for a test. */
import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import pg from "pg";

/** The URL of a new, empty database on the server that `npm test` starts; it is dropped after the test. */
export async function newPostgresUrl(test: Pick<TestContext, "after">): Promise<string> {
  const server = process.env["LOCKSTEP_TEST_POSTGRES"];
  if (server === undefined)
    throw new Error("LOCKSTEP_TEST_POSTGRES is not set: `npm test -- <file>` starts a PostgreSQL and sets it");
  const name = `notes_${randomBytes(8).toString("hex")}`;
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
