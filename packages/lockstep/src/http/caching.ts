/** The headers that tell caches what they may do with an answer. */

/** `Cache-Control`, and what takes its place in CDNs (RFC 9213 and its forerunners). */
const directives = /^(?:cache-control|(?:.+-)?cdn-cache-control|surrogate-control|edge-control)$/;

/** Older headers that let caches keep an answer, and the values of them that do not. */
const older: ReadonlyMap<string, RegExp> = new Map([
  ["expires", /^(?:0|-1|Thu, 01 Jan 1970 00:00:00 GMT)$/],
  ["pragma", /^no-cache$/i],
  ["x-accel-expires", /^0$/],
]);

/** Tells whether a header, named in lower case, tells caches what they may do. */
export function isForCaches(name: string): boolean {
  return directives.test(name) || older.has(name);
}

/**
 * Tells whether a header lets no shared cache keep an answer (RFC 9111 §3): it says `no-store`, `no-cache` or `private`, and
 * neither `public` nor `s-maxage`. A header that does not speak to caches is always safe.
 */
export function isPrivate(name: string, lines: readonly string[]): boolean {
  if (directives.test(name)) return isForOne(lines);
  return lines.every((line) => older.get(name)?.test(line) ?? true);
}

/** `private="field"` and `no-cache="field"` speak of that field only (RFC 9111 §5.2.2): the rest could be kept. */
function isForOne(lines: readonly string[]): boolean {
  const found = lines.flatMap((line) => [...line.matchAll(/([^\s,;="]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"?|[^\s,;]*))?/g)]);
  const names = found.map((match) => (match[2] === undefined ? (match[1] ?? "") : `${match[1]}=`).toLowerCase());
  const isRefused = names.some((name) => /^(?:public|s-maxage)=?$/.test(name));
  return !isRefused && names.some((name) => name === "no-store" || name === "no-cache" || name === "private");
}
