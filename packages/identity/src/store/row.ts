/** Reads columns of a row by type. */
import type { Row } from "./statement.ts";

/** Returns the text of a column. @throws TypeError if the column has something else: the schema and the statement disagree */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw new TypeError(`The column ${column} does not hold text`);
}

/** Returns the number of a column. @throws TypeError if the column has something else */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw new TypeError(`The column ${column} does not hold a number`);
}

/** Returns the text of a column that may be NULL. @throws TypeError if the column has a number, or does not exist */
export function textOrNone(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}

/** Returns the number of a column that may be NULL. @throws TypeError if the column has text, or does not exist */
export function numberOrNone(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberOf(row, column);
}

/** Returns the list of texts that a column has as JSON. @throws TypeError if the column has something else */
export function textsOf(row: Row, column: string): readonly string[] {
  const value: unknown = JSON.parse(textOf(row, column));
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw new TypeError(`The column ${column} does not hold a list of texts`);
}
