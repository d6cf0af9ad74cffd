/** Reads the columns that PostgreSQL sends as numbers and text, as SQLite has them. */
import type pg from "pg";

const bool = 16;
/** int8, int2, int4, float4, float8, numeric. */
const numbers: ReadonlySet<number> = new Set([20, 21, 23, 700, 701, 1700]);

/** Reads booleans as 0 and 1, numbers as numbers, and everything else as text. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: unknown) => (oid === bool ? toFlag : numbers.has(Number(oid)) ? toNumber : String),
};

function toFlag(text: string): number {
  return text === "t" ? 1 : 0;
}

/** @throws RangeError for a number that JavaScript would round, as `node:sqlite` does */
function toNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError("A column holds a number beyond 2^53");
  return value;
}
