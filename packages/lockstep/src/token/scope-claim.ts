/** The `scope` claim and parameter (RFC 6749 §3.3, RFC 8693 §4.2), and where issuers write scopes instead. */
import { isScopeToken, scopeTokenPattern } from "../http/token.ts";
import { isAbsent } from "../json/member.ts";
import { InvalidCredential } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { type ClaimRule, refusedWithout, requiredText, wrongOption } from "./claim-rule.ts";

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

/**
 * Where the scopes of a token are. `claims.scope` has them as text, separated by single spaces, in whatever form the issuer
 * writes them. No other claim grants anything.
 */
export interface ScopeClaim {
  /**
   * The claim: `scp` for Okta, Microsoft Entra and Ory Hydra. Do not name a claim that users can change, because they could grant
   * themselves any scope. Default: `scope`.
   */
  readonly name?: string;
  /** `true` accepts a list of texts, too. A text in it cannot hold a space, so it never becomes two scopes. Default: `false`. */
  readonly list?: boolean;
  /**
   * Taken off each scope; those without it are left out, since they are for another API: the `read` of `"orders/read"` is not the
   * `read` of `"billing/read"` (Cognito, SAP XSUAA). Default: none.
   */
  readonly prefix?: string;
}

/** Makes the rule for scopes. @throws BuildError `wrong_option` */
export function scopeRule(where: ScopeClaim = {}): ClaimRule {
  checkOptions<ScopeClaim>("jwtVerifier({ scopeClaim })", where, { name: true, list: true, prefix: true });
  const { name = "scope", list = false, prefix = "" } = where;
  requiredText(name, "scopeClaim.name", "the claim that lists the scopes");
  if (typeof list !== "boolean") throw wrongOption("Set `scopeClaim.list` to true or false");
  if (typeof prefix !== "string" || (prefix !== "" && !isScopeToken(prefix)))
    throw wrongOption("Write `scopeClaim.prefix` as the beginning of a scope");
  return (claims) => {
    const scopes = scopesIn(claims[name], name, list);
    if (scopes === undefined) delete claims["scope"];
    else claims["scope"] = ownScopes(scopes, prefix).join(" ");
  };
}

/** The scopes that begin with the prefix, without it. */
function ownScopes(scopes: readonly string[], prefix: string): readonly string[] {
  const own = scopes.filter((scope) => scope.startsWith(prefix) && scope !== prefix);
  return own.map((scope) => scope.slice(prefix.length));
}

function scopesIn(value: unknown, name: string, list: boolean): readonly string[] | undefined {
  if (isAbsent(value)) return undefined;
  const isList = Array.isArray(value);
  if (!isList && typeof value !== "string") throw new InvalidCredential(`${name} is not a text`);
  if (isList && !list) throw refusedWithout("scopeClaim", `${name} is a list`);
  const scopes = isList ? scopesOf(value) : parseScope(value);
  if (scopes === undefined) throw new InvalidCredential(`${name} is not a list of scopes`);
  return scopes;
}

function scopesOf(list: readonly unknown[]): readonly string[] | undefined {
  const scopes = list.filter((each) => typeof each === "string" && isScopeToken(each));
  return scopes.length === list.length && list.length <= maxScopes ? scopes.map(String) : undefined;
}
