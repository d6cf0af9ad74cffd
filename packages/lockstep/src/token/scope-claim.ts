/** The `scope` claim and parameter (RFC 6749 §3.3, RFC 8693 §4.2). */
import { scopeTokenPattern } from "../http/token.ts";

/** More scopes than any client is granted; above it a token is a way to make every check slow. */
export const maxScopes = 256;

/** Scopes separated by single spaces (RFC 6749 §3.3, appendix A.4). No space is in a scope, so there is one way to match. */
const scopeList = new RegExp(`^${scopeTokenPattern}(?: ${scopeTokenPattern})*$`);

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
