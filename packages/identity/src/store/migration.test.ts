import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "./database.fixture.ts";
import { migrate, SchemaTooNew, versionOf } from "./migration.ts";
import { identitySchema } from "./schema.ts";
import { all, first, sql } from "./statement.ts";

const make = sql("CREATE TABLE things (id TEXT PRIMARY KEY)");
const broken = sql("CREATE TABLE things (id TEXT PRIMARY KEY)");
const count = sql("SELECT count(*) AS count FROM things");
const things = { name: "things", migrations: [[make]] };

describeOnEach("migrate()", (database) => {
  test("brings an empty database up to date, and tells each step", async (t) => {
    const db = await database.open(t);
    const told: unknown[] = [];
    await migrate(db, things, (step) => told.push(step));
    assert.deepEqual(told, [{ schema: "things", version: 1, of: 1 }]);
    assert.deepEqual({ ...(await db.run(first(count))) }, { count: 0 });
    assert.equal(await versionOf(db, things), 1);
  });

  test("does nothing on a database that is up to date", async (t) => {
    const db = await database.open(t);
    const told: unknown[] = [];
    await migrate(db, identitySchema, (step) => told.push(step));
    assert.deepEqual(told, []);
  });

  test("runs once, however many start at the same time", async (t) => {
    const db = await database.open(t);
    const told: unknown[] = [];
    await Promise.all(Array.from({ length: 10 }, () => migrate(db, things, (step) => told.push(step))));
    assert.equal(told.length, 1);
  });

  test("refuses a database that a newer program has changed", async (t) => {
    const db = await database.open(t);
    await migrate(db, things);
    await assert.rejects(migrate(db, { name: "things", migrations: [] }), SchemaTooNew);
  });

  test("changes nothing if a statement of a migration fails", async (t) => {
    const db = await database.open(t);
    const other = sql("CREATE TABLE others (id TEXT PRIMARY KEY)");
    await migrate(db, things);
    await assert.rejects(migrate(db, { name: "things", migrations: [[make], [other, broken]] }), /exists/);
    assert.equal(await versionOf(db, things), 1);
    await assert.rejects(db.run(all(sql("SELECT * FROM others"))), /others/);
  });
});
