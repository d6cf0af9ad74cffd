/** Facts about pages that start after the last row of the page before, while others write. */
import assert from "node:assert/strict";
import type { Database } from "../../store/database.ts";
import { numberOf, textOf } from "../../store/row.ts";
import { all, sql } from "../../store/statement.ts";
import { behaviour, type Behaviour, each } from "../behaviour.ts";

const make = sql("CREATE TABLE posts (id TEXT PRIMARY KEY, created_at BIGINT NOT NULL)");
const insert = sql("INSERT INTO posts (id, created_at) VALUES (:id, :at)");
const remove = sql("DELETE FROM posts WHERE id = :id");
const page = sql(`
  SELECT id, created_at FROM posts
  WHERE created_at > :at OR (created_at = :at AND id > :id) ORDER BY created_at, id LIMIT :limit`);
const tuplePage = sql(
  "SELECT id, created_at FROM posts WHERE (created_at, id) < (:at, :id) ORDER BY created_at DESC, id DESC LIMIT :limit",
);

/** Ids that a collation orders differently from a comparison of bytes. */
const ids = Array.from({ length: 60 }, (_, index) => `${["a", "B", "_", "Z", "é", "-"][index % 6] ?? ""}${index}`);

/** Facts about pages. */
export const pageBehaviours: readonly Behaviour[] = [
  behaviour("pages contain every row of the beginning once, whatever is added and removed meanwhile", async (database) => {
    await fill(database);
    const seen: string[] = [];
    let last = { at: -1, id: "" };
    for (let turn = 0; ; turn += 1) {
      const rows = await database.run(all(page, { ...last, limit: 7 }));
      const row = rows.at(-1);
      if (row === undefined) break;
      seen.push(...rows.map((each) => textOf(each, "id")));
      last = { at: numberOf(row, "created_at"), id: textOf(row, "id") };
      // Add a row before the page, one at the same time as its last row, and one at its end, and remove its last row.
      await database.run(all(insert, { id: `new ${turn}`, at: 0 }));
      await database.run(all(insert, { id: `${last.id}+`, at: last.at }));
      await database.run(all(remove, { id: last.id }));
      if (turn > 100) break;
    }
    assert.deepEqual(
      ids.filter((id) => !seen.includes(id)),
      [],
    );
    assert.equal(new Set(seen).size, seen.length);
  }),
  behaviour("pages backwards, by comparing rows, are the same rows in reverse order", async (database) => {
    await fill(database);
    const forwards = (await database.run(all(page, { at: -1, id: "", limit: 1000 }))).map((row) => textOf(row, "id"));
    const backwards: string[] = [];
    let last = { at: Number.MAX_SAFE_INTEGER, id: "" };
    for (;;) {
      const rows = await database.run(all(tuplePage, { ...last, limit: 7 }));
      const row = rows.at(-1);
      if (row === undefined) break;
      backwards.push(...rows.map((each) => textOf(each, "id")));
      last = { at: numberOf(row, "created_at"), id: textOf(row, "id") };
    }
    assert.deepEqual(backwards.toReversed(), forwards);
    assert.equal(forwards.length, ids.length);
  }),
  behaviour("a page without rows is empty", async (database) => {
    await fill(database);
    assert.deepEqual([...(await database.run(all(page, { at: 10_000, id: "", limit: 7 })))], []);
    assert.deepEqual([...(await database.run(all(page, { at: -1, id: "", limit: 0 })))], []);
  }),
];

async function fill(database: Database): Promise<void> {
  await database.run(each(make));
  await database.transaction(function* () {
    for (const [index, id] of ids.entries()) yield* all(insert, { id, at: 1000 + Math.floor(index / 10) });
  });
}
