/** Facts about the values of parameters and columns. */
import assert from "node:assert/strict";
import { numberOf } from "../../store/row.ts";
import { all, first, type Parameters, type Row, sql } from "../../store/statement.ts";
import { behaviour, type Behaviour, each } from "../behaviour.ts";

const make = sql("CREATE TABLE things (id TEXT PRIMARY KEY, amount BIGINT, about TEXT)");
const insert = sql("INSERT INTO things (id, amount, about) VALUES (:id, :amount, :about) RETURNING id, amount, about");
const swapped = sql(
  "INSERT INTO things (about, id, amount) VALUES (:about, :id, :amount) RETURNING amount, about, id, id AS again",
);
const upsert = sql(`
  INSERT INTO things (id, amount) VALUES (:id, :amount)
  ON CONFLICT (id) DO UPDATE SET amount = things.amount + excluded.amount RETURNING amount`);
const insertOnce = sql("INSERT INTO things (id, amount) VALUES (:id, :amount) ON CONFLICT DO NOTHING RETURNING id");
const add = sql("UPDATE things SET amount = amount + :more WHERE amount >= :least RETURNING id, amount");
const find = sql("SELECT id, amount, about FROM things WHERE id = :id");
const count = sql("SELECT COUNT(*) AS count FROM things");
const remove = sql("DELETE FROM things WHERE amount < :most RETURNING id");
const figures = sql("SELECT SUM(amount) AS total, MAX(amount) AS most, COUNT(amount) AS known, AVG(amount) AS mean FROM things");
const flags = sql(
  "SELECT EXISTS (SELECT 1 FROM things WHERE id = 'a') AS there, EXISTS (SELECT 1 FROM things WHERE id = 'z') AS absent",
);
const half = sql("SELECT amount / :two AS half FROM things WHERE id = 'a'");
const quoted = sql("SELECT ':id' AS text, id FROM things WHERE id = :id");
const beyond = sql("SELECT amount + amount AS twice FROM things WHERE id = 'a'");
const makeFiles = sql("CREATE TABLE files (id TEXT PRIMARY KEY, bytes BYTEA)");
const insertFile = sql("INSERT INTO files (id, bytes) VALUES (:id, :bytes) RETURNING id, bytes, length(bytes) AS size");
const findFile = sql("SELECT id FROM files WHERE bytes = :bytes AND id = :id");
const partOfFile = sql("SELECT substr(bytes, CAST(:from AS INTEGER), CAST(:count AS INTEGER)) AS part FROM files WHERE id = :id");

/** Facts about parameters, columns and the kinds of statements that identity uses. */
export const parameterBehaviours: readonly Behaviour[] = [
  behaviour("parameters are matched by name, in any order and as often as they are named", async (database) => {
    await database.run(each(make));
    const values = { amount: 7, id: "a", about: "first" };
    assert.deepEqual(plain(await database.run(all(insert, values))), [{ id: "a", amount: 7, about: "first" }]);
    const [row] = plain(await database.run(all(swapped, { ...values, id: "b" })));
    assert.deepEqual(row, { amount: 7, about: "first", id: "b", again: "b" });
  }),
  behaviour("a name in quotes is not a parameter", async (database) => {
    await database.run(each(make));
    await database.run(all(insert, { id: "a", amount: 1, about: null }));
    assert.deepEqual(plain(await database.run(all(quoted, { id: "a" }))), [{ text: ":id", id: "a" }]);
  }),
  behaviour("a missing parameter and one too many are refused before the database is asked", async (database) => {
    await database.run(each(make));
    const wrong: Parameters[] = [
      {},
      { id: "a", amount: 1 },
      { id: "a", amount: 1, about: null, more: 1 },
      { id: "a", amount: 1, abut: null },
    ];
    for (const parameters of wrong) await assert.rejects(database.run(all(insert, parameters)), TypeError);
    await assert.rejects(
      database.transaction(() => all(insert, { id: "a" })),
      TypeError,
    );
    assert.equal(numberOf((await database.run(first(count))) ?? {}, "count"), 0);
  }),
  behaviour("NULL, 0, empty text and whole numbers up to 2^53 - 1 are returned unchanged", async (database) => {
    await database.run(each(make));
    const most = Number.MAX_SAFE_INTEGER;
    const amounts = [null, 0, 1, -1, 1_767_225_600_000, most, -most];
    for (const [index, amount] of amounts.entries()) {
      const values = { id: `n${index}`, amount, about: index % 2 === 0 ? "" : null };
      assert.deepEqual(plain(await database.run(all(insert, values))), [values]);
      assert.deepEqual(plain(await database.run(all(find, { id: values.id }))), [values]);
    }
  }),
  behaviour("bytes are stored and returned unchanged, and a part of them is read by its place", async (database) => {
    await database.run(each(makeFiles));
    const all256 = Uint8Array.from({ length: 256 }, (_, index) => index);
    // A view of a larger buffer is stored as the part that it shows. `Buffer` is another class, and the same bytes.
    const contents = [all256, all256.subarray(10, 20), new Uint8Array(0), new Uint8Array(100_000).fill(92), Buffer.from("\\x00'")];
    for (const [index, bytes] of contents.entries()) {
      const values = { id: `f${index}`, bytes };
      const expected = [{ id: values.id, bytes: Uint8Array.from(bytes), size: bytes.length }];
      assert.deepEqual(plain(await database.run(all(insertFile, values))), expected);
      assert.deepEqual(plain(await database.run(all(findFile, values))), [{ id: values.id }]);
    }
    assert.deepEqual(plain(await database.run(all(partOfFile, { id: "f0", from: 98, count: 3 }))), [
      { part: Uint8Array.from([97, 98, 99]) },
    ]);
    await database.run(all(insertFile, { id: "none", bytes: null }));
    assert.deepEqual(plain(await database.run(all(sql("SELECT bytes FROM files WHERE bytes IS NULL")))), [{ bytes: null }]);
  }),
  behaviour(
    "a number that is not whole or is beyond 2^53, and a value that is not text, a number or bytes, are refused",
    async (database) => {
      await database.run(each(make));
      const wrong: unknown[] = [
        1.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        2 ** 53,
        true,
        1n,
        {},
        [],
        new Date(0),
        undefined,
        Symbol("s"),
        new ArrayBuffer(1),
        new Uint16Array(1),
      ];
      for (const amount of wrong) {
        // A program without types can pass these.
        const parameters = { id: "a", amount, about: null } as Parameters;
        await assert.rejects(database.run(all(insert, parameters)), TypeError, String(amount));
      }
      assert.equal(numberOf((await database.run(first(count))) ?? {}, "count"), 0);
    },
  ),
  behaviour("a column with a number beyond 2^53 fails instead of being rounded", async (database) => {
    await database.run(each(make));
    await database.run(all(insert, { id: "a", amount: Number.MAX_SAFE_INTEGER, about: null }));
    await assert.rejects(database.run(all(beyond)));
    assert.equal(numberOf((await database.run(first(count))) ?? {}, "count"), 1);
  }),
  behaviour("sums, counts, means and conditions are numbers", async (database) => {
    await database.run(each(make));
    for (const [id, amount] of [
      ["a", 5],
      ["b", 6],
      ["c", null],
    ] as const) {
      await database.run(all(insert, { id, amount, about: null }));
    }
    assert.deepEqual(plain(await database.run(all(figures))), [{ total: 11, most: 6, known: 2, mean: 5.5 }]);
    assert.deepEqual(plain(await database.run(all(flags))), [{ there: 1, absent: 0 }]);
    assert.deepEqual(plain(await database.run(all(half, { two: 2 }))), [{ half: 2 }]);
  }),
  behaviour("RETURNING returns the changed rows, and only those", async (database) => {
    await database.run(each(make));
    for (const [index, id] of ["a", "b", "c"].entries()) await database.run(all(insert, { id, amount: index, about: null }));
    const changed = plain(await database.run(all(add, { more: 10, least: 1 })));
    assert.deepEqual(
      changed.toSorted((one, other) => Number(one["amount"]) - Number(other["amount"])),
      [
        { id: "b", amount: 11 },
        { id: "c", amount: 12 },
      ],
    );
    assert.deepEqual(plain(await database.run(all(remove, { most: 1 }))), [{ id: "a" }]);
    assert.deepEqual(plain(await database.run(all(remove, { most: 1 }))), []);
  }),
  behaviour("ON CONFLICT does nothing or updates, and RETURNING shows which", async (database) => {
    await database.run(each(make));
    assert.deepEqual(plain(await database.run(all(insertOnce, { id: "a", amount: 1 }))), [{ id: "a" }]);
    assert.deepEqual(plain(await database.run(all(insertOnce, { id: "a", amount: 2 }))), []);
    assert.deepEqual(plain(await database.run(all(upsert, { id: "a", amount: 5 }))), [{ amount: 6 }]);
    assert.deepEqual(plain(await database.run(all(upsert, { id: "b", amount: 5 }))), [{ amount: 5 }]);
  }),
  behaviour("one statement is used thousands of times, alone and in transactions", async (database) => {
    await database.run(each(make));
    await database.transaction(function* () {
      for (let index = 0; index < 1000; index += 1) yield* all(insert, { id: `t${index}`, amount: index, about: null });
    });
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) => database.run(all(insert, { id: `r${index}`, amount: index, about: null }))),
    );
    assert.equal(numberOf((await database.run(first(count))) ?? {}, "count"), 2000);
  }),
];

/** Rows of some drivers have no prototype, so they are copied before they are compared. */
function plain(rows: readonly Row[]): Row[] {
  return rows.map((row) => ({ ...row }));
}
