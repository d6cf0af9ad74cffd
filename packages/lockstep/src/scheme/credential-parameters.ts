/** Reading credentials that are parameters, as Digest and many signatures of requests are: `Digest username="…", nonce="…"`. */
import { maxCredentialBytes } from "../dependency/scheme-definition.ts";
import type { CredentialSource } from "../dependency/source.ts";
import { quotedTextPattern, tokenPattern, unescapeQuoted } from "../http/token.ts";
import type { Refusal } from "../outcome/refusal.ts";
import { blank, namesScheme, onlyAuthorization, repeated, tooLong } from "./authorization-header.ts";
import { malformedCredential } from "./extraction.ts";

const malformed = malformedCredential("Authorization: not of the form scheme, one space, parameters");
const twice = malformedCredential("Authorization: a parameter came twice");

const parameter = new RegExp(`(${tokenPattern})=(?:(${tokenPattern})|"(${quotedTextPattern})")`, "uy");
const comma = /[ \t]*,[ \t]*/y;
/** The start of another credential: a proxy has joined two headers (RFC 9110 §5.3). */
const another = new RegExp(`${tokenPattern} `, "uy");

/**
 * Finds the parameters of a credential in the `Authorization` header: `scheme SP name=value, name="value"` (RFC 9110 §11.4).
 * Returns them by name, in lower case; `undefined` if there is no header, or one of another scheme; or a refusal. The values are
 * as they were sent, without quotes and escapes. The name of the scheme is in lower case here, and in any case in the request.
 *
 * A parameter that came twice is malformed: readers differ in which one they keep. So are spaces around `=`, empty members of the
 * list and anything outside ASCII. Two credentials are repeated, also if a proxy has joined them with a comma.
 *
 * @example
 * ```ts
 * const found = findParameters(source, "digest");
 * return found instanceof Map ? new Redacted(found) : found;
 * ```
 */
export function findParameters(
  source: CredentialSource,
  scheme: Lowercase<string>,
  maxBytes: number = maxCredentialBytes,
): Map<string, string> | Refusal | undefined {
  const value = onlyAuthorization(source);
  if (typeof value !== "string") return value;
  const start = scheme.length + 1;
  if (!namesScheme(value, scheme) || blank.test(value.slice(scheme.length))) return undefined;
  if (value.length - start > maxBytes) return tooLong(maxBytes);
  return value.charAt(scheme.length) === " " ? parseParameters(value, start) : malformed;
}

function parseParameters(value: string, start: number): Map<string, string> | Refusal {
  const parameters = new Map<string, string>();
  for (let at = start; ; at = comma.lastIndex) {
    parameter.lastIndex = at;
    const [, name, token, quoted = ""] = parameter.exec(value) ?? [];
    if (name === undefined) return isAt(another, value, at) && at > start ? repeated : malformed;
    if (parameters.has(name.toLowerCase())) return twice;
    parameters.set(name.toLowerCase(), token ?? unescapeQuoted(quoted));
    if (parameter.lastIndex === value.length) return parameters;
    if (!isAt(comma, value, parameter.lastIndex)) return malformed;
  }
}

/** Tells whether a sticky pattern matches at a place. It then ends where the match does. */
function isAt(pattern: RegExp, value: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(value);
}
