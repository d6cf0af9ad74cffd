import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { row, rows } from "./checked-rows.ts";
import { describeOnEach } from "./database.fixture.ts";
import { all, sql } from "./statement.ts";

const Thing = z.object({ id: z.string(), ownerId: z.string(), madeAt: z.int().nullable() });
const make = sql("CREATE TABLE things (id TEXT PRIMARY KEY, owner_id TEXT NOT NULL, made_at BIGINT)");
const insert = row(Thing)`INSERT INTO things (id, owner_id, made_at) VALUES (:id, :ownerId, :madeAt) RETURNING *`;
const list = rows(Thing)`SELECT * FROM things WHERE owner_id = :ownerId ORDER BY id`;
const first = { id: "a", ownerId: "alice", madeAt: 1 };

describeOnEach("rows() and row()", (database) => {
  test("return the rows as members, and take an object whose other members do not matter", async (t) => {
    const db = await database.open(t);
    await db.run(all(make));
    assert.deepEqual(await db.run(insert({ ...first, color: "red" })), first);
    assert.deepEqual(await db.run(insert({ id: "b", ownerId: "alice" })), { id: "b", ownerId: "alice", madeAt: null });
    assert.deepEqual(await db.run(list({ ownerId: "alice" })), [first, { id: "b", ownerId: "alice", madeAt: null }]);
    assert.deepEqual(await db.run(list({ ownerId: "bob" })), []);
    assert.equal(await db.run(row(Thing)`SELECT * FROM things WHERE id = :id`({ id: "c" })), undefined);
  });

  test("drop columns that the schema does not have", async (t) => {
    const db = await database.open(t);
    await db.run(all(make));
    await db.run(insert(first));
    assert.deepEqual(await db.run(rows(z.object({ id: z.string() }))`SELECT * FROM things`()), [{ id: "a" }]);
  });

  test("fail for a row that does not fit, and name the member without its value", async (t) => {
    const db = await database.open(t);
    await db.run(all(make));
    await db.run(insert({ ...first, ownerId: "canary" }));
    const Wrong = z.object({ id: z.string(), ownerId: z.int(), madeAt: z.string() });
    await assert.rejects(db.run(rows(Wrong)`SELECT * FROM things`()), {
      name: "TypeError",
      message: "Let the columns of a statement fit its schema: ownerId, madeAt",
    });
    await assert.rejects(db.run(row(Thing.refine(() => false))`SELECT * FROM things`()), { message: /: the row$/ });
    const late = Thing.refine(async () => true);
    await assert.rejects(db.run(rows(late)`SELECT * FROM things`()), /checks synchronously/);
  });

  test("never have a value in their text", () => {
    // A program without types can write this.
    const build = (): unknown => Reflect.apply(rows(Thing), undefined, [["SELECT * FROM things WHERE id = '", "'"], "a"]);
    assert.throws(build, { name: "TypeError", message: /^Write :name in a statement/ });
  });
});
