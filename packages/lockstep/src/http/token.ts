/**
 * Tokens (RFC 9110 §5.6.2): names of headers, cookies, media types and their parameters, and of authentication schemes. Whatever
 * reads or writes such a name uses this one grammar: two readers that disagree about a name disagree about what was sent.
 */

/** A token as the source of a regular expression, to be used in others. It has no group, and suits the flag `u`. */
export const tokenPattern = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";

const token = new RegExp(`^${tokenPattern}$`, "u");

/** Whether a text is a token. */
export function isToken(text: string): boolean {
  return token.test(text);
}
