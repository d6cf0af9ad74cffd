/** Reads columns of a row by type. */
import type { Row } from "./statement.ts";

/** The text of a column. @throws TypeError where it holds something else: the schema and the statement disagree */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw new TypeError(`The column ${column} holds no text`);
}

/** The number of a column. @throws TypeError where it holds something else */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw new TypeError(`The column ${column} holds no number`);
}

/** The text of a column that may be empty. @throws TypeError where it holds a number, or does not exist */
export function textOrNone(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}

/** The number of a column that may be empty. @throws TypeError where it holds text, or does not exist */
export function numberOrNone(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberOf(row, column);
}

/** A list of texts that a column holds as JSON. @throws TypeError where it holds something else */
export function textsOf(row: Row, column: string): readonly string[] {
  const value: unknown = JSON.parse(textOf(row, column));
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw new TypeError(`The column ${column} holds no list of texts`);
}
