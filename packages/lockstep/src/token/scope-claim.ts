/** The `scope` claim and parameter (RFC 6749 §3.3, RFC 8693 §4.2). */

/** More scopes than any client is granted; above it a token is a way to make every check slow. */
export const maxScopes = 256;

/** scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), separated by single spaces (RFC 6749 §3.3, appendix A.4). */
const scopeList = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/**
 * Splits a scope text at U+0020 and nothing else; `undefined` for what the grammar does not allow and for more than 256
 * scopes. The empty text means no scopes: some issuers write it although the grammar has no empty list. A comma is an
 * ordinary character, so `"admin,notes"` is one scope that nobody declares.
 */
export function parseScope(text: string): readonly string[] | undefined {
  if (text === "") return [];
  if (!scopeList.test(text)) return undefined;
  const scopes = text.split(" ");
  return scopes.length <= maxScopes ? scopes : undefined;
}
