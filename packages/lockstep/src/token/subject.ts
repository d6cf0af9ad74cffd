/** Whom a token speaks of: `sub`, or another claim of tokens that have none. */
import { checkOptions } from "../problem/options.ts";
import { InvalidCredential } from "../problem/error.ts";
import { type ClaimRule, nameIn, refusedWithout, requiredText, wrongOption } from "./claim-rule.ts";
import { isPrintableLine } from "./printable-line.ts";

/**
 * The subject of tokens whose `sub` is absent or empty. Some issuers write them for clients (Cloudflare Access, Duende,
 * LemonLDAP::NG). `claims.sub` is then the prefix and the claim: `"service:ci.access"`.
 *
 * Name a claim that the issuer sets: with one that users can change, a user could be anybody. The prefix keeps the two kinds
 * apart. Without it, a client named `alice` would be the user `alice`. A token whose own `sub` begins with it is refused.
 */
export interface SubjectClaim {
  readonly claim: string;
  readonly prefix: string;
}

/** Claims that say something else in every token. */
const otherwiseUsed: readonly string[] = ["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "scope"];

/** Makes the rule for `sub`. @throws BuildError `wrong_option` */
export function subjectRule(fallback: SubjectClaim | undefined): ClaimRule {
  if (fallback === undefined) {
    return (claims) => {
      if (claims["sub"] === undefined || claims["sub"] === "") throw refusedWithout("withoutSubject", "no subject");
      nameIn(claims, "sub");
    };
  }
  checkOptions<SubjectClaim>("jwtVerifier({ withoutSubject })", fallback, { claim: true, prefix: true });
  const claim = requiredText(fallback.claim, "withoutSubject.claim", "the claim that names the subject");
  const prefix = requiredText(fallback.prefix, "withoutSubject.prefix", 'a text that no `sub` begins with, such as "service:"');
  if (otherwiseUsed.includes(claim))
    throw wrongOption(`Set \`withoutSubject.claim\` to a claim that names a subject, not to \`${claim}\``);
  if (!isPrintableLine(`${prefix}.`)) throw wrongOption("Write `withoutSubject.prefix` in printable characters");
  return (claims) => {
    const { sub } = claims;
    if (sub === undefined || sub === "") {
      const name = nameIn(claims, claim);
      if (name === undefined) throw new InvalidCredential("no subject, and no claim in its place");
      claims["sub"] = prefix + name;
    } else if (nameIn(claims, "sub")?.startsWith(prefix)) {
      throw new InvalidCredential("sub begins with the prefix of another kind of subject");
    }
    nameIn(claims, "sub");
  };
}
