/** Names of OAuth 2.0 scopes (RFC 6749 §3.3), as they are written in parameters, claims and challenges, with spaces between them. */

/** A scope-token as the source of a regular expression: visible ASCII without `"` and `\`. It has no group. */
export const scopeTokenPattern = "[!#-\\[\\]-~]+";

const scopeToken = new RegExp(`^${scopeTokenPattern}$`);

/** Whether a text is the name of one scope. */
export function isScopeToken(text: string): boolean {
  return scopeToken.test(text);
}
