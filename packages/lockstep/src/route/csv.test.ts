import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createApi } from "../api/api.ts";
import { resource } from "../dependency/resource.ts";
import { reply } from "../outcome/reply.ts";
import { stream } from "../outcome/stream.ts";
import { secret } from "../secret/redacted.ts";
import { csv, type CsvCell, type CsvColumn } from "./csv.ts";
import { get } from "./route.ts";

const open = { public: "a test" } as const;
type Column = "a" | "b" | CsvColumn<"a" | "b">;

/** Sends a result as a table. */
async function sent(columns: readonly [Column, ...Column[]], result: unknown) {
  const errors: string[] = [];
  const closed: string[] = [];
  const db = resource({}, function* () {
    yield 1;
    closed.push("closed");
  });
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: (error) => void errors.push(error instanceof Error ? error.message : String(error)),
    routes: [get("/a.csv", { ...open, deps: { db }, response: csv(columns) }, () => result as never)],
  });
  const response = await api.fetch(new Request("http://x/a.csv"));
  const text = await response.text().catch(() => "broken off");
  return { status: response.status, type: response.headers.get("content-type"), text, errors, closed };
}

/** The only cell of a table. */
async function cellOf(value: CsvCell, column: Omit<CsvColumn, "name"> = {}): Promise<string> {
  const { text, errors } = await sent([{ name: "a", ...column }], [{ a: value }]);
  assert.deepEqual(errors, []);
  return text.slice("a\r\n".length, -"\r\n".length);
}

test("a table has a heading and a line for each record, in the order of the columns", async () => {
  const records = [
    { a: 1, b: "x" },
    { a: 2, b: "y" },
  ];
  const expected = { status: 200, type: "text/csv; charset=utf-8", text: "a,b\r\n1,x\r\n2,y\r\n", errors: [], closed: ["closed"] };
  const generated = function* () {
    yield* records;
  };
  const later = async function* () {
    for (const record of records) {
      await Promise.resolve();
      yield record;
    }
  };
  for (const result of [records, new Set(records), generated(), later(), Promise.resolve(records), reply(200, records)])
    assert.deepEqual(await sent(["a", "b"], result), expected);
  assert.equal((await sent(["b", { name: "a", title: "The, first" }], records)).text, 'b,"The, first"\r\nx,1\r\ny,2\r\n');
  assert.equal((await sent(["a"], [])).text, "a\r\n");
});

test("only the declared columns leave", async () => {
  const { text } = await sent(["a"], [{ a: 1, passwordHash: secret("canary"), b: "canary" }]);
  assert.equal(text, "a\r\n1\r\n");
});

test("every kind of value is written, and nothing is an empty cell", async () => {
  for (const [value, cell] of [
    ["x", "x"],
    ["", ""],
    [1.5, "1.5"],
    [-3, "-3"],
    [12345678901234567890n, "12345678901234567890"],
    [-1n, "-1"],
    [true, "true"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [null, ""],
    [undefined, ""],
  ] as const) {
    assert.equal(await cellOf(value), cell);
  }
});

test("separators, quotes and line breaks are quoted (RFC 4180 §2)", async () => {
  for (const [value, cell] of [
    ["a,b", '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ["a\r\nb", '"a\r\nb"'],
    ["a\nb", '"a\nb"'],
    [" a", '" a"'],
    // Where a semicolon separates cells, the rest would be a formula of its own.
    ["a;=1+1", '"a;=1+1"'],
    ["a\t=1+1", '"a\t=1+1"'],
  ] as const) {
    assert.equal(await cellOf(value), cell, JSON.stringify(value));
  }
});

test("a text that a spreadsheet would run is only text there, unless the column keeps formulas", async () => {
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", '=HYPERLINK("//evil.example")', "=a,b"]) {
    const guarded = await cellOf(text);
    assert.match(guarded, /^"?'/, JSON.stringify(text));
    const kept = await cellOf(text, { formulas: "keep" });
    assert.doesNotMatch(kept, /^"?'/, JSON.stringify(text));
  }
  for (const text of ["a=1", "1+1", "'", "a"]) assert.equal(await cellOf(text), text);
});

/** Reads a table as RFC 4180 says. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") rows.push([]);
    if (end === "") break;
  }
  return rows.slice(0, -1);
}

test("whatever the texts, a reader gets them back, or with an apostrophe before them", async () => {
  const text = fc.string({ unit: fc.constantFrom(..."a,\"\r\n;=+-@\t 'é".split("")), maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ a: text, b: text }), { maxLength: 5 }), async (records) => {
      const [, ...rows] = parse((await sent(["a", "b"], records)).text);
      assert.equal(rows.length, records.length);
      for (const [index, { a, b }] of records.entries()) {
        const [first, second] = rows[index] ?? [];
        assert.ok([a, `'${a}`].includes(first ?? ""), JSON.stringify([a, first]));
        assert.ok([b, `'${b}`].includes(second ?? ""), JSON.stringify([b, second]));
      }
    }),
    { numRuns: 60 },
  );
});

describe("a wrong result", () => {
  test("is a 500 that names the right one", async () => {
    for (const result of ["a,b", 7, { a: 1 }, null, stream(["a"]), new Uint8Array(1)]) {
      const { status, errors } = await sent(["a"], result);
      assert.equal(status, 500);
      assert.match(errors.join(), /return the records/);
    }
  });

  test("in a record that is sent with the heading is a 500, and in a later one breaks the answer off; both name the column", async () => {
    for (const [value, message] of [
      [Number.NaN, /a finite number, .* in the column "a"/],
      [Infinity, /in the column "a"/],
      [{}, /in the column "a"/],
      [["x"], /in the column "a"/],
      [new Date(Number.NaN), /a valid Date/],
      [Symbol("a"), /in the column "a"/],
      [secret("canary"), /leave the column "a" out: it holds a secret/],
    ] as const) {
      const later = async function* () {
        await Promise.resolve();
        yield { a: value };
      };
      const [first, second] = [await sent(["a"], [{ a: 1 }, { a: value }]), await sent(["a"], later())];
      assert.deepEqual([first.status, second.status, second.text], [500, 200, "broken off"]);
      for (const { text, errors } of [first, second]) {
        assert.match(errors.join(), message);
        assert.doesNotMatch(text + errors.join(), /canary/);
      }
    }
  });
});

test("many records are sent in pieces, while later ones are still being read", async () => {
  let read = 0;
  const records = function* () {
    for (; read < 100_000; read += 1) yield { a: read };
  };
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    routes: [get("/a.csv", { ...open, response: csv(["a"]) }, () => records())],
  });
  const reader = (await api.fetch(new Request("http://x/a.csv"))).body?.getReader();
  await reader?.read();
  assert.ok(read > 1_000 && read < 10_000, String(read));
  await reader?.cancel();
});

test("columns that cannot be do not start", () => {
  const make = (columns: unknown) => () => csv(columns as never);
  assert.throws(make([]), /name the columns/);
  assert.throws(make("a"), /name the columns/);
  assert.throws(make(["a", "a"]), /remove one of the two columns "a"/);
  assert.throws(make([""]), /give each column a name/);
  assert.throws(make([{ title: "A" }]), /give each column a name/);
  assert.throws(make([{ name: "a", title: 1 }]), /write the title of "a" as text/);
  assert.throws(make([{ name: "a", formulas: true }]), /write \{ formulas: "keep" \}/);
  assert.throws(make([{ name: "a", formula: "keep" }]), /correct or remove the option "formula"/);
});

test("the document shows the type and nothing of the records", () => {
  const api = createApi({ title: "t", version: "1", routes: [get("/a.csv", { ...open, response: csv(["a"]) }, () => [{ a: 1 }])] });
  const { responses } = api.openapi().paths["/a.csv"]?.get ?? {};
  assert.deepEqual(Object.keys(responses ?? {}), ["200"]);
  assert.deepEqual(responses?.["200"]?.content, { "text/csv; charset=utf-8": { schema: { type: "string" } } });
});
