/**
 * Reading the `Authorization` header. This module owns what counts as one well-formed credential of a scheme; what the
 * credential means is the scheme's, whether it is genuine `authenticate()`'s.
 *
 * The strict form is `scheme SP token68` (RFC 9110 §11.4; RFC 6750 §2.1 calls it `b64token`): one space, one credential,
 * nothing behind it. Lenient readers disagree with the next reader about which token was sent; that is the attack.
 */
import { maxCredentialBytes } from "../dependency/scheme-definition.ts";
import type { CredentialSource } from "../dependency/source.ts";
import { isToken, tokenPattern } from "../http/token.ts";
import type { Refusal } from "../outcome/refusal.ts";
import { malformedCredential, repeatedCredential } from "./extraction.ts";

/** More than one credential came in `Authorization`. */
export const repeated: Refusal = repeatedCredential("Authorization: more than one credential");
/** The credential is longer than the scheme reads. It is refused before anything is hashed or verified. */
export function tooLong(maxBytes: number): Refusal {
  return malformedCredential(`Authorization: longer than ${maxBytes} bytes (maxCredentialBytes)`);
}
const malformed = malformedCredential("Authorization: not of the form scheme, one space, token68");

// One character class and no quantifier: it cannot backtrack. It is global to start behind the scheme without a copy;
// every use sets `lastIndex`.
const outsideToken68 = /[^A-Za-z0-9\-._~+/]/g;
/** The rest of a header that names a scheme and brings no credential. */
export const blank: RegExp = /^[ \t]*$/;
// Neighbouring parts share no character: there is one way to match, and nothing to backtrack into.
const joined = new RegExp(`^${tokenPattern} [A-Za-z0-9\\-._~+/]+=*[ \\t]*,[ \\t]*${tokenPattern} `);
const space = 0x20;
const equals = 0x3d;
/** The bit that tells the cases of an ASCII letter apart. */
const caseBit = 0x20;

/**
 * Finds the credential of a scheme in the `Authorization` header. Returns its token68 as it was sent (RFC 9110 §11.2),
 * `undefined` if there is no header, or one of another scheme, or a refusal. A token68 is 1 to `maxBytes` characters long
 * (default 16,384). The name of the scheme is in lower case here, and in any case in the request (RFC 9110 §11.1). Credentials
 * in the form of parameters (`Digest username="…"`) are malformed for this function: `findParameters` reads those.
 *
 * Two `Authorization` headers are refused whatever they hold: RFC 9110 §5.3 forbids sending them, and servers differ in which
 * one they keep.
 *
 * @example
 * ```ts
 * const found = findCredential(source, "ticket");
 * return typeof found === "string" ? new Redacted(found) : found;
 * ```
 */
export function findCredential(
  source: CredentialSource,
  scheme: Lowercase<string>,
  maxBytes: number = maxCredentialBytes,
): string | Refusal | undefined {
  const value = onlyAuthorization(source);
  return typeof value === "string" ? parseAuthorization(value, scheme, maxBytes) : value;
}

/** The one `Authorization` header of a request; a refusal if there are several. */
export function onlyAuthorization(source: CredentialSource): string | Refusal | undefined {
  const [value, ...others] = source.request.headers("authorization");
  return others.length > 0 ? repeated : value;
}

/**
 * Parses one field value. For `Bearer T` it returns `T`; without a credential and for another scheme, `undefined`; for a value
 * that names the scheme but is not in the strict form, the refusal `invalid`. For two credentials that a proxy or a `fetch`
 * host has joined with a comma (RFC 9110 §5.3) it returns `repeated`, as for two headers.
 */
export function parseAuthorization(
  value: string,
  scheme: string,
  maxBytes: number = maxCredentialBytes,
): string | Refusal | undefined {
  if (!namesScheme(value, scheme)) return isJoined(value) ? repeated : undefined;
  const start = scheme.length + 1;
  if (value.length - start > maxBytes) return tooLong(maxBytes);
  if (value.charCodeAt(scheme.length) === space && isToken68(value, start)) return value.slice(start);
  if (blank.test(value.slice(scheme.length))) return undefined;
  return isJoined(value) ? repeated : malformed;
}

/** Tells whether the value begins with this scheme's whole name, in any case (RFC 9110 §11.1). */
export function namesScheme(value: string, scheme: string): boolean {
  for (let index = 0; index < scheme.length; index += 1) {
    const code = value.charCodeAt(index);
    if ((isUpperCase(code) ? code | caseBit : code) !== scheme.charCodeAt(index)) return false;
  }
  return value.charCodeAt(scheme.length) === space || !isToken(value.charAt(scheme.length));
}

function isUpperCase(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

/** token68 = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" (RFC 9110 §11.2). */
function isToken68(value: string, start: number): boolean {
  outsideToken68.lastIndex = start;
  if (!outsideToken68.test(value)) return value.length > start;
  const end = outsideToken68.lastIndex - 1;
  for (let index = end; index < value.length; index += 1) {
    if (value.charCodeAt(index) !== equals) return false;
  }
  return end > start;
}

function isJoined(value: string): boolean {
  return value.includes(",") && joined.test(value);
}
