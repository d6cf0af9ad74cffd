/** Tables as comma-separated values (RFC 4180): `csv()`. This module owns what is written; the handler returns records. */
import { Redacted } from "../secret/redacted.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import type { Schema } from "../schema/schema.ts";
import { type Content, type Declared, declareContent } from "./content.ts";

/** What a cell may hold. `undefined` and `null` are an empty cell, and a `Date` is written as text (ISO 8601). */
export type CsvCell = string | number | bigint | boolean | Date | null | undefined;

/** One column. */
export interface CsvColumn<N extends string = string> {
  /** The member of each record that is written. */
  readonly name: N;
  /** The heading. Default: the name. */
  readonly title?: string;
  /**
   * `keep` writes text that a spreadsheet takes for a formula as it is: only for a program that reads it, or for text that no
   * user wrote.
   */
  readonly formulas?: "keep";
}

/** What a handler returns for a table: records, also one after another. Members that are not columns do not leave. */
export type CsvResult<N extends string> = Declared<CsvRows<N>>;

type CsvRows<N extends string> = Iterable<CsvRecord<N>> | AsyncIterable<CsvRecord<N>>;
type CsvRecord<N extends string> = { readonly [K in N]: CsvCell };

const type = "text/csv; charset=utf-8";
/** How much text is gathered before it is sent, if records come without waiting. */
const pieceLength = 16_384;

/**
 * A response that is a table, sent row by row. Only the declared columns leave. A text that begins with `=`, `+`, `-`, `@`, a tab
 * or a line break is written with an apostrophe before it: a spreadsheet would run it as a formula, with the rights of the
 * person who opens the file. Numbers are written as they are.
 *
 * @throws BuildError `wrong_option` without a column, or with two of one name
 *
 * @example
 * ```ts
 * get("/notes.csv", { deps: { user, db }, response: csv(["id", { name: "text", title: "Text" }]) }, ({ user, db }) =>
 *   db.notes.of(user.id),
 * );
 * ```
 */
export function csv<const N extends string>(
  columns: readonly [N | CsvColumn<N>, ...(N | CsvColumn<N>)[]],
): Schema<CsvResult<N>, unknown> {
  const all = columnsOf(columns);
  return declareContent({
    types: [type],
    documented: { jsonSchema: { type: "string" }, headers: [] },
    writer: (where) => (result) => csvContent(result, all, where),
  });
}

type Column = Required<Pick<CsvColumn, "name" | "title">> & Pick<CsvColumn, "formulas">;

function columnsOf(columns: unknown): readonly Column[] {
  if (!Array.isArray(columns) || columns.length === 0) {
    throw new BuildError("wrong_option", 'csv(): name the columns, for example csv(["id", { name: "text", title: "Text" }])');
  }
  const all = columns.map((column: unknown) => columnOf(typeof column === "string" ? { name: column } : column));
  const twice = all.find(({ name }, index) => all.findIndex((one) => one.name === name) !== index);
  if (twice !== undefined) throw new BuildError("wrong_option", `csv(): remove one of the two columns "${twice.name}"`);
  return all;
}

function columnOf(given: unknown): Column {
  checkOptions<CsvColumn>("csv()", given, { name: true, title: true, formulas: true });
  const { name, title, formulas } = given as CsvColumn; // Its members are checked here.
  if (typeof name !== "string" || name === "") throw new BuildError("wrong_option", "csv(): give each column a name");
  if (title !== undefined && typeof title !== "string")
    throw new BuildError("wrong_option", `csv(): write the title of "${name}" as text`);
  if (formulas !== undefined && formulas !== "keep")
    throw new BuildError("wrong_option", `csv(): write { formulas: "keep" } for "${name}", or leave it out`);
  return { name, title: title ?? name, ...(formulas === undefined ? {} : { formulas }) };
}

function csvContent(result: unknown, columns: readonly Column[], where: string): Content {
  // Bytes are iterable: as numbers.
  if (typeof result === "object" && result !== null && !(result instanceof Uint8Array)) {
    if (Symbol.asyncIterator in result) return { body: written(result as AsyncIterable<unknown>, columns, where) };
    if (Symbol.iterator in result) return { body: gathered(result as Iterable<unknown>, columns, where) };
  }
  throw new BuildError(
    "wrong_result",
    `${where}: return the records, as an array, an iterable or a generator: the route declares csv()`,
  );
}

/** Each row as soon as it comes. */
async function* written(
  records: AsyncIterable<unknown>,
  columns: readonly Column[],
  where: string,
): AsyncGenerator<string, void, void> {
  yield heading(columns);
  for await (const record of records) yield row(record, columns, where);
}

/** Many rows at once, if they are there. */
async function* gathered(
  records: Iterable<unknown>,
  columns: readonly Column[],
  where: string,
): AsyncGenerator<string, void, void> {
  let rows = heading(columns);
  for (const record of records) {
    rows += row(record, columns, where);
    if (rows.length < pieceLength) continue;
    yield rows;
    rows = "";
  }
  if (rows !== "") yield rows;
}

function heading(columns: readonly Column[]): string {
  return line(columns.map(({ title }) => quoted(title)));
}

function row(record: unknown, columns: readonly Column[], where: string): string {
  if (typeof record !== "object" || record === null)
    throw new BuildError("wrong_result", `${where}: let the rows of csv() be records, for example { id, text }`);
  return line(columns.map((column) => cell(Reflect.get(record, column.name), column, where)));
}

function line(cells: readonly string[]): string {
  return `${cells.join(",")}\r\n`;
}

function cell(value: unknown, { name, formulas }: Column, where: string): string {
  switch (typeof value) {
    case "string":
      return quoted(formulas === "keep" ? value : harmless(value));
    case "number":
      if (Number.isFinite(value)) return String(value);
      break;
    case "bigint":
    case "boolean":
      return String(value);
    case "undefined":
      return "";
    default:
      if (value === null) return "";
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
      if (value instanceof Redacted)
        throw new BuildError("secret_in_response", `${where}: leave the column "${name}" out: it holds a secret`);
  }
  throw new BuildError(
    "wrong_result",
    `${where}: write a text, a finite number, a bigint, a boolean, a valid Date or nothing in the column "${name}"`,
  );
}

/** The same signs as wide characters count too: spreadsheets read them alike. */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** Text that no spreadsheet takes for a formula. */
function harmless(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/**
 * Text in quotes if it needs them. Separators of other countries' spreadsheets count, too: the rest of a cell would begin another
 * one there, as a formula.
 */
function quoted(text: string): string {
  return /[",;|\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
