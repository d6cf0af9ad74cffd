/** Which issuer a token is of: `iss`, or the trust domain of a SPIFFE ID in tokens that have none. */
import { InvalidCredential } from "../problem/error.ts";
import { isAbsent } from "../json/member.ts";
import { type ClaimRule, refusedWithout, textOf, wrongOption } from "./claim-rule.ts";

/**
 * The issuer of tokens without `iss`. `"trust-domain"` is for JWT-SVIDs, which need no `iss` (SPIFFE JWT-SVID §3): the issuer of
 * such a token is the trust domain in its `sub`, and `issuer` is that domain, `"spiffe://prod.example"`.
 *
 * You lose a check: what signs with these keys and writes no issuer is believed to be the trust domain. So take the keys of its
 * bundle only, with `keyUse: "jwt-svid"`. A token that names another issuer is refused all the same.
 */
export type WithoutIssuer = "trust-domain";

const trustDomain = /^spiffe:\/\/[a-z0-9._-]+$/;

/**
 * Makes the rule for `iss`. A token without it gets the issuer, if the option says that it may.
 *
 * @throws BuildError `wrong_option`
 */
export function issuerRule(issuer: string, withoutIssuer: unknown): ClaimRule {
  if (withoutIssuer !== undefined && withoutIssuer !== "trust-domain")
    throw wrongOption('Set `withoutIssuer` to "trust-domain", or leave it out');
  if (withoutIssuer !== undefined && !trustDomain.test(issuer))
    throw wrongOption('Set `issuer` to the trust domain, such as "spiffe://prod.example": `withoutIssuer` is "trust-domain"');
  return (claims) => {
    const { iss } = claims;
    if (iss === issuer) return;
    if (!isAbsent(iss)) throw new InvalidCredential("another issuer");
    if (withoutIssuer === undefined) throw refusedWithout("withoutIssuer", "no issuer");
    if (textOf(claims, "sub")?.startsWith(`${issuer}/`) !== true) throw new InvalidCredential("another trust domain");
    claims["iss"] = issuer;
  };
}

/** The trust domain of a SPIFFE ID (SPIFFE ID §2), as the name of an issuer. `undefined` if it is not one. */
export function trustDomainOf(id: unknown): string | undefined {
  const [domain] = typeof id === "string" ? (/^spiffe:\/\/[a-z0-9._-]+(?=\/)/.exec(id) ?? []) : [];
  return domain;
}
