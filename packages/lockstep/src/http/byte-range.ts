/** The header `Range` (RFC 9110 §14): which part of some bytes a client asks for. */

/** Some of the bytes, the last one included, as in HTTP and in `createReadStream()` of Node.js. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The part that a request asks for. */
export type AskedRange = ByteRange | "all" | "unsatisfiable";

const spec = /^(\d*)-(\d*)$/;

/**
 * Reads the header. Another unit, broken syntax and several ranges are all bytes: a server may ignore the header, and a client
 * that asks for many small parts makes work (RFC 9110 §14.2). A part that begins behind the last byte cannot be satisfied.
 *
 * @param lines every value of the header
 * @param size of all bytes
 */
export function rangeOf(lines: readonly string[], size: number): AskedRange {
  const [line = "", ...others] = lines;
  const [, set] = /^bytes=[ \t]*([^,]*?)[ \t]*$/i.exec(line) ?? [];
  const [found, first = "", last = ""] = spec.exec(set ?? "") ?? [];
  if (others.length > 0 || found === undefined || (first === "" && last === "")) return "all";
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return "all";
  return start >= size ? "unsatisfiable" : { start, end };
}
