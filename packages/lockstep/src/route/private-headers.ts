/**
 * An answer that a credential decided is for one caller. A shared cache (a CDN, a proxy) that keeps it would hand it to the next
 * one, so such an answer is refused, and not sent with headers that let it be kept.
 */
import { BuildError } from "../problem/error.ts";
import type { AnswerHeaders } from "../problem/answer-headers.ts";

/** `Cache-Control`, and what takes its place in CDNs (RFC 9213 and its forerunners). */
const directives = /^(?:cache-control|(?:.+-)?cdn-cache-control|surrogate-control|edge-control)$/;
/** Older headers that let caches keep an answer, and the values of them that do not. */
const older: ReadonlyMap<string, RegExp> = new Map([
  ["expires", /^(?:0|-1|Thu, 01 Jan 1970 00:00:00 GMT)$/],
  ["pragma", /^no-cache$/i],
  ["x-accel-expires", /^0$/],
]);

/**
 * Checks that no shared cache may keep an answer (RFC 9111 §3): it says `no-store`, `no-cache` or `private`, and neither `public`
 * nor `s-maxage`.
 *
 * @throws BuildError `wrong_result`
 */
export function checkPrivate(headers: AnswerHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    const lines = typeof value === "string" ? [value] : value;
    const isSafe = directives.test(name) ? isForOne(lines) : lines.every((line) => older.get(name)?.test(line) ?? true);
    if (!isSafe) {
      throw new BuildError(
        "wrong_result",
        `Write "cache-control": "no-store", or "private, max-age=60" for the caller's own browser: a credential decided this answer, and its "${name}" lets a shared cache keep it`,
      );
    }
  }
}

/** `private="field"` and `no-cache="field"` speak of that field only (RFC 9111 §5.2.2): the rest could be kept. */
function isForOne(lines: readonly string[]): boolean {
  const found = lines.flatMap((line) => [...line.matchAll(/([^\s,;="]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"?|[^\s,;]*))?/g)]);
  const names = found.map(([, name = "", value]) => (value === undefined ? name : `${name}=`).toLowerCase());
  const isRefused = names.some((name) => /^(?:public|s-maxage)=?$/.test(name));
  return !isRefused && names.some((name) => name === "no-store" || name === "no-cache" || name === "private");
}
