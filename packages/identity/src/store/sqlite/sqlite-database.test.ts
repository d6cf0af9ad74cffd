import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test, type TestContext } from "node:test";
import { Unavailable } from "lockstep";
import type { Database } from "../database.ts";
import { textOf } from "../row.ts";
import { all, sql } from "../statement.ts";
import { killedWriter, writtenTable } from "../writer.fixture.ts";
import { openSqlite, type SqliteOptions } from "./index.ts";

const make = sql("CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY)");
const insert = sql("INSERT INTO things (id) VALUES (:id)");
const list = sql("SELECT id FROM things");
const complete = sql("SELECT id FROM written GROUP BY id HAVING COUNT(*) = 2");
const halves = sql("SELECT id FROM written GROUP BY id HAVING COUNT(*) <> 2");

describe("a SQLite file", () => {
  test("is created if it is missing, and only its owner can read it and the files beside it", async (t) => {
    const path = join(newFolder(t), "a", "b", "app.db");
    const database = open(t, path);
    await database.run(all(make));
    const folder = join(path, "..");
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(folder).toSorted(), ["app.db", "app.db-shm", "app.db-wal"]);
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  });

  test("in an existing folder that is open to all can still be read by its owner only", async (t) => {
    const folder = newFolder(t);
    chmodSync(folder, 0o777);
    await open(t, join(folder, "app.db")).run(all(make));
    assert.equal(statSync(join(folder, "app.db")).mode & 0o777, 0o600);
  });

  test("must have a name: SQLite would keep a database without one until the end of the process only", () => {
    assert.throws(() => openSqlite(""), TypeError);
  });

  test("that is a folder, or not a database, cannot be opened", async (t) => {
    const folder = newFolder(t);
    mkdirSync(join(folder, "folder.db"));
    writeFileSync(join(folder, "text.db"), "This is no database, and never was one. ".repeat(100));
    for (const name of ["folder.db", "text.db"]) assert.throws(() => openSqlite(join(folder, name)), Error, name);
  });

  test("on which another process writes for too long is unavailable, and then there again", async (t) => {
    const path = join(newFolder(t), "app.db");
    const database = open(t, path, { busyTimeoutMs: 50 });
    await database.run(all(make));
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    await assert.rejects(database.run(all(insert, { id: "a" })), Unavailable);
    await assert.rejects(
      database.transaction(() => all(insert, { id: "a" })),
      Unavailable,
    );
    assert.deepEqual([...(await database.run(all(list)))], []);
    other.exec("ROLLBACK");
    other.close();
    await database.transaction(() => all(insert, { id: "a" }));
  });

  test("loses nothing that was acknowledged when processes that write to it are killed", async (t) => {
    const path = join(newFolder(t), "app.db");
    await open(t, path).run(all(writtenTable));
    const acknowledged = (await Promise.all([killedWriter(path, 60), killedWriter(path, 60)])).flat();
    const database = open(t, path);
    const there = new Set((await database.run(all(complete))).map((row) => textOf(row, "id")));
    assert.ok(acknowledged.length >= 120);
    assert.deepEqual(
      acknowledged.filter((id) => !there.has(id)),
      [],
    );
    assert.deepEqual([...(await database.run(all(halves)))], []);
  });

  test("is opened by several processes at once, also while it is created", async (t) => {
    const path = join(newFolder(t), "app.db");
    const told = await Promise.all([1, 2, 3, 4].map(() => killedWriterOfNewFile(path)));
    assert.deepEqual(
      told.filter(({ stderr }) => stderr !== ""),
      [],
    );
  });
});

async function killedWriterOfNewFile(path: string): Promise<{ readonly stderr: string }> {
  const { spawn } = await import("node:child_process");
  const { text } = await import("node:stream/consumers");
  const program = `
    import { openSqlite } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
    const database = openSqlite(${JSON.stringify(path)});
    await database.close();`;
  const child = spawn(process.execPath, ["--conditions=lockstep-source", "--input-type=module", "--eval", program]);
  return { stderr: await text(child.stderr) };
}

function open(t: TestContext, path: string, options: SqliteOptions = {}): Database {
  const database = openSqlite(path, options);
  t.after(() => database.close());
  return database;
}

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-sqlite-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
