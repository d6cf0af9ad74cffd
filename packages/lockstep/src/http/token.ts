/**
 * The character classes of header fields: tokens, scopes, visible and printable ASCII. Everything that reads
 * or writes one uses this grammar: two readers that disagree about a name disagree about what was sent.
 */

/**
 * A token (RFC 9110 §5.6.2) as the source of a regular expression, to be used in others: the name of a header, a cookie, a media
 * type or its parameter, or an authentication scheme. It has no group, and suits the flag `u`.
 */
export const tokenPattern = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";

/** The name of an OAuth 2.0 scope (`scope-token`, RFC 6749 §3.3) in the same form: visible ASCII without `"` and `\`. */
export const scopeTokenPattern = "[!#-\\[\\]-~]+";

/** The text between the quotes of a quoted string (RFC 9110 §5.6.4), in the same form: ASCII, with escapes. */
export const quotedTextPattern: string = String.raw`(?:[\t !\u0023-\u005b\u005d-\u007e]|\\[\t -~])*`;

const token = new RegExp(`^${tokenPattern}$`, "u");
const scopeToken = new RegExp(`^${scopeTokenPattern}$`, "u");
// One negated class and no quantifier: neither can backtrack.
const unprintable = /[^ -~]/;
const invisible = /[^!-~]/;

/** Whether a text is a token. */
export function isToken(text: string): boolean {
  return token.test(text);
}

/** Removes the escapes from the inside of a quoted string (RFC 9110 §5.6.4). */
export function unescapeQuoted(quoted: string): string {
  return quoted.replaceAll(/\\(.)/gu, "$1");
}

/** Whether a text is the name of one scope. */
export function isScopeToken(text: string): boolean {
  return scopeToken.test(text);
}

/** Whether a text consists of visible ASCII and spaces: U+0020 to U+007E. The empty text counts. */
export function isPrintable(text: string): boolean {
  return !unprintable.test(text);
}

/**
 * Whether a text consists of visible ASCII without spaces (VCHAR, RFC 5234 appendix B.1): U+0021 to U+007E. The empty text
 * counts.
 */
export function isVisible(text: string): boolean {
  return !invisible.test(text);
}
