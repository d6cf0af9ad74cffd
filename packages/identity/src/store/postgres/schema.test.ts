import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { newPostgresUrl } from "../database.fixture.ts";
import { TestSchemas, type TestSchema } from "./schema.fixture.ts";

/** Runs statements as a test would, then returns the schema to the pool. Resolves with its address. */
async function use(schema: TestSchema, ...statements: readonly string[]): Promise<string> {
  const client = new pg.Client({ connectionString: schema.url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
  await schema.release();
  return schema.url;
}

async function rowsIn(schema: TestSchema): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: schema.url });
  await client.connect();
  const { rows } = await client.query("SELECT * FROM things ORDER BY id");
  await client.end();
  return rows;
}

async function migrated(schemas: TestSchemas): Promise<TestSchema> {
  const schema = await schemas.take();
  const client = new pg.Client({ connectionString: schema.url });
  await client.connect();
  await client.query("CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY, made TIMESTAMPTZ)");
  await client.query("CREATE TABLE IF NOT EXISTS parts (thing INTEGER REFERENCES things (id))");
  await client.query("INSERT INTO things VALUES (1, '2026-01-01') ON CONFLICT DO NOTHING");
  await client.end();
  await schema.isMigrated();
  return schema;
}

test("a schema is used again with the rows of its migrations and no others", async (t) => {
  const schemas = new TestSchemas(await newPostgresUrl(t));
  const first = await migrated(schemas);
  const url = await use(first, "UPDATE things SET made = NULL", "INSERT INTO things VALUES (2)", "INSERT INTO parts VALUES (2)");
  const second = await schemas.take();
  assert.equal(second.url, url);
  assert.deepEqual(await rowsIn(second), [{ id: 1, made: new Date("2026-01-01T00:00:00.000Z") }]);
  assert.notEqual((await schemas.take()).url, url);
});

for (const change of [
  "ALTER TABLE things ADD COLUMN more TEXT",
  "ALTER TABLE things RENAME TO others; ALTER TABLE others RENAME TO things",
  "ALTER TABLE things ALTER COLUMN made SET NOT NULL",
  "CREATE INDEX more ON things (made)",
  "CREATE TABLE more (id INTEGER)",
  "DROP TABLE parts",
  "ALTER TABLE things ADD CHECK (id > 0)",
  "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
]) {
  test(`a schema is not used again after: ${change}`, async (t) => {
    const schemas = new TestSchemas(await newPostgresUrl(t));
    const url = await use(await migrated(schemas), change);
    assert.notEqual((await schemas.take()).url, url);
  });
}

test("a schema is not used again while a transaction works on it", async (t) => {
  const schemas = new TestSchemas(await newPostgresUrl(t));
  const schema = await migrated(schemas);
  const client = new pg.Client({ connectionString: schema.url });
  await client.connect();
  await client.query("BEGIN; SELECT * FROM things");
  await schema.release();
  assert.notEqual((await schemas.take()).url, schema.url);
  await client.end();
});
