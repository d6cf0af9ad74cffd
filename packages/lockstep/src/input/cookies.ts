/**
 * The `Cookie` header (RFC 6265 §4.2.1). Every value of a name is kept: a sibling domain or a plain-text page may add a
 * cookie of the same name, and the one that comes first is as likely the attacker's. Values are taken as they are, neither
 * unquoted nor decoded, since the standard knows no encoding.
 */
import { ownProblem } from "../problem/problem.ts";

/**
 * Parses all cookies of a request. A cookie without a name or `=` is skipped: other applications of the site set cookies too,
 * and theirs must not keep a user out.
 *
 * @throws Problem 413 `too_many` for more than `maxCookies`
 */
export function parseCookies(headers: readonly string[], maxCookies: number): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  let cookies = 0;
  for (const header of headers) {
    for (let start = 0; start < header.length;) {
      const next = header.indexOf(";", start);
      const end = next === -1 ? header.length : next;
      cookies += 1;
      if (cookies > maxCookies) throw ownProblem(413, "too_many", "There are too many cookies.");
      addCookie(values, header.slice(start, end));
      start = end + 1;
    }
  }
  return values;
}

function addCookie(values: Map<string, string[]>, pair: string): void {
  const equals = pair.indexOf("=");
  // Browsers trim names and values: `sid =x` is a second `sid` and not a cookie of another name.
  const name = equals === -1 ? "" : trim(pair.slice(0, equals));
  if (name === "") return;
  const value = trim(pair.slice(equals + 1));
  const before = values.get(name);
  if (before === undefined) values.set(name, [value]);
  else before.push(value);
}

/** Removes spaces and tabs, the only white space of a header, from both ends. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}
