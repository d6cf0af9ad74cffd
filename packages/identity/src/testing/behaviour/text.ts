/** Facts about texts: they are stored unchanged, and never read as a part of a statement. */
import assert from "node:assert/strict";
import { numberOf, textOf } from "../../store/row.ts";
import { all, first, sql } from "../../store/statement.ts";
import { behaviour, type Behaviour, each } from "../behaviour.ts";

const make = sql("CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT NOT NULL UNIQUE)");
const insert = sql("INSERT INTO notes (id, text) VALUES (:id, :text)");
const find = sql("SELECT id, text FROM notes WHERE text = :text");
const change = sql("UPDATE notes SET text = :next WHERE text = :text RETURNING id");
const count = sql("SELECT COUNT(*) AS count FROM notes");
const remove = sql("DELETE FROM notes WHERE text = :text RETURNING id");

const injections = [
  "'",
  "''",
  '"',
  "\\",
  "\\'",
  "' OR '1'='1",
  "' OR 1=1 --",
  "'; DROP TABLE notes; --",
  "'); DELETE FROM notes; --",
  "a'/*",
  "*/ OR 1=1 /*",
  "--",
  "-- \n",
  ";",
  ":text",
  ":id",
  "':text'",
  "$1",
  "$2",
  "$$",
  "$body$ SELECT $body$",
  "?",
  "?1",
  "@text",
  "%",
  "_",
  "%s",
  "${text}",
  "{{7*7}}",
  "E'\\x27'",
  "\\x27",
  "0x27",
  "CHR(39)",
  "x'27'",
  "NULL",
  "null",
  "0",
  "1e5",
  "true",
  "\u02bc OR 1=1",
  "\uff07 OR 1=1 \uff0d\uff0d",
  "\u00bf'",
  "`notes`",
  "[notes]",
  "'||(SELECT text FROM notes)||'",
  "'; SELECT pg_sleep(5); --",
  "1; ATTACH DATABASE 'x' AS y",
  "'::text",
];
const unusual = [
  "",
  " ",
  "\t\r\n\v\f",
  "\u0001\u001b[31m\u007f",
  "\u00a0\u2028\u2029\ufeff",
  "Ångström",
  "A\u030angstro\u0308m",
  "ﬁ",
  "İıſ",
  "漢字かな한글",
  "עִבְרִית العربية",
  "\u202eabc\u202c",
  "👩‍👩‍👧‍👦🏳️‍🌈",
  "\u{10ffff}\ufffd\uffff",
  "x".repeat(100_000),
];

/** Facts about texts. */
export const textBehaviours: readonly Behaviour[] = [
  behaviour("a text is stored, found, changed and removed unaltered, whatever it contains", async (database) => {
    await database.run(each(make));
    const texts = [...injections, ...unusual];
    for (const [index, text] of texts.entries()) await database.run(all(insert, { id: `${index}`, text }));
    assert.equal(numberOf((await database.run(first(count))) ?? {}, "count"), texts.length);
    for (const [index, text] of texts.entries()) {
      const rows = await database.run(all(find, { text }));
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        [{ id: `${index}`, text }],
      );
    }
    for (const text of texts) assert.equal((await database.run(all(change, { text, next: `${text}!` }))).length, 1);
    for (const text of texts) assert.equal((await database.run(all(remove, { text: `${text}!` }))).length, 1);
    assert.equal(numberOf((await database.run(first(count))) ?? {}, "count"), 0);
  }),
  behaviour("texts are compared exactly: case, Unicode form and trailing spaces count", async (database) => {
    await database.run(each(make));
    const texts = ["a", "A", "a ", " a", "á", "a\u0301", "ａ"];
    for (const [index, text] of texts.entries()) await database.run(all(insert, { id: `${index}`, text }));
    for (const [index, text] of texts.entries()) {
      const row = await database.run(first(find, { text }));
      assert.equal(row && textOf(row, "id"), `${index}`);
    }
  }),
  behaviour("U+0000 and lone surrogates are refused before the database is asked", async (database) => {
    await database.run(each(make));
    await database.run(all(insert, { id: "a", text: "a" }));
    for (const text of ["\0", "a\0b", "a\0", "\ud800", "a\udfff", "\udc00\ud800"]) {
      await assert.rejects(database.run(all(insert, { id: "b", text })), TypeError);
      await assert.rejects(database.run(all(find, { text })), TypeError);
      await assert.rejects(
        database.transaction(() => all(remove, { text })),
        TypeError,
      );
    }
    assert.equal(numberOf((await database.run(first(count))) ?? {}, "count"), 1);
  }),
  behaviour("an error about a parameter does not contain its value", async (database) => {
    await database.run(each(make));
    for (const text of ["canary\0", "canary\ud800"]) {
      await assert.rejects(
        database.run(all(find, { text })),
        (error: Error) => !`${error.message}${error.stack}`.includes("canary"),
      );
    }
  }),
];
