/** Reads the columns of PostgreSQL as SQLite has them. */
import pg from "pg";

const bool = 16;
const bytea = 17;
/** int8, int2, int4, float4, float8, numeric. */
const numbers: ReadonlySet<number> = new Set([20, 21, 23, 700, 701, 1700]);

/** Reads booleans as 0 and 1, numbers as numbers, bytes as bytes, and everything else as text. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: unknown) => {
    if (oid === bool) return toFlag;
    if (oid === bytea) return toBytes;
    return numbers.has(Number(oid)) ? toNumber : String;
  },
};

function toFlag(text: string): number {
  return text === "t" ? 1 : 0;
}

const parseBytes = pg.types.getTypeParser(bytea);

/** A copy, because `pg` returns a `Buffer`, whose methods differ from those of a `Uint8Array`. */
function toBytes(text: string): Uint8Array {
  return new Uint8Array(parseBytes(text));
}

/** @throws RangeError for a number that JavaScript would round, as `node:sqlite` does */
function toNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError("A column holds a number beyond 2^53");
  return value;
}
