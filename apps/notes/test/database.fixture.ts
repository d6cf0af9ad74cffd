/** A PostgreSQL database for a test. */
import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import pg from "pg";

/** Creates an empty database on the server that `npm test` starts, and returns its URL. It is dropped after the test. */
export async function newPostgresUrl(test: Pick<TestContext, "after">): Promise<string> {
  const server = process.env["LOCKSTEP_TEST_POSTGRES"];
  if (server === undefined)
    throw new Error("Run this test with `npm test -- <file>`, which starts a PostgreSQL and sets LOCKSTEP_TEST_POSTGRES");
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
