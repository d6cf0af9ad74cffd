/**
 * `application/x-www-form-urlencoded`: queries and forms. Decoded strictly and exactly once; brackets and semicolons mean
 * nothing, so `id[]=1` and `id;x=1` are parameters with exactly those names. Every value is kept, in order: which one counts
 * is never decided here.
 */
import { isPrintable } from "../http/token.ts";
import { ownProblem, type Problem } from "../problem/problem.ts";

/**
 * Parses `name=value` pairs. A pair without `=` has an empty value; empty pairs (`a&&b`) are skipped.
 *
 * @throws Problem 400 `malformed_request` for a bad escape, for bytes that are not UTF-8, and for characters that must be escaped
 * (controls and everything outside ASCII); 413 `too_many` for more than `maxPairs`
 */
export function parseUrlencoded(text: string, maxPairs: number): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  if (text === "") return values;
  if (!isPrintable(text)) throw malformed();
  let pairs = 0;
  for (let start = 0; start <= text.length;) {
    const next = text.indexOf("&", start);
    const end = next === -1 ? text.length : next;
    if (end > start) {
      pairs += 1;
      if (pairs > maxPairs) throw ownProblem(413, "too_many", "There are too many parameters.");
      addPair(values, text.slice(start, end));
    }
    start = end + 1;
  }
  return values;
}

function addPair(values: Map<string, string[]>, pair: string): void {
  const equals = pair.indexOf("=");
  const name = decode(equals === -1 ? pair : pair.slice(0, equals));
  const value = equals === -1 ? "" : decode(pair.slice(equals + 1));
  const before = values.get(name);
  if (before === undefined) values.set(name, [value]);
  else before.push(value);
}

function decode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw malformed();
  }
}

function malformed(): Problem {
  return ownProblem(400, "malformed_request", "The parameters are not valid percent-encoded UTF-8.");
}
