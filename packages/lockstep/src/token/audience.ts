/** Whom a token is for (RFC 9068 §4), and how issuers say so that do not follow that profile. */
import { InvalidCredential } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { type ClaimRule, nameIn, refusedWithout, requiredText, requiredTexts, textOf, wrongOption } from "./claim-rule.ts";
import { type Absent, readExpectations } from "./token-type.ts";

/**
 * How a token says that it is for this API: `aud` names it, or one of its names.
 *
 * `{ clientId }` is for an issuer whose access tokens have no `aud` (Amazon Cognito). `client_id` must be one of these, and a
 * token with an `aud` is refused, because it is another kind of token. You lose the protection of an audience: every API that
 * one of these clients calls with its token can present the token here.
 *
 * `{ absent: "reason" }` is for an issuer whose tokens name neither, if its keys sign tokens for this API only. Write why that is
 * so. If it is not, every token of the issuer is accepted, also one for another API.
 */
export type ExpectedAudience =
  | string
  | readonly [string, ...string[]]
  | { readonly clientId: readonly [string, ...string[]] }
  | { readonly absent: string };

/**
 * What else `aud` may name: nothing, anything, or these. Each of them could present the token here, so name only audiences that
 * are not an API of somebody else (Auth0's `…/userinfo`, Keycloak's `account`).
 */
export type ExtraAudiences = "deny" | "allow" | readonly [string, ...string[]];

/** The names of this API that `aud` may have; none if the tokens have no `aud`. */
export function namesInAudience(expected: ExpectedAudience): readonly string[] {
  return typeof expected === "string" ? [expected] : "length" in expected ? expected : [];
}

/** Makes the rule for `aud`. @throws BuildError `wrong_option` */
export function audienceRule(expected: unknown, extra: unknown = "deny"): ClaimRule {
  if (typeof expected === "object" && expected !== null && !Array.isArray(expected)) {
    if (extra !== "deny") throw wrongOption("Leave `extraAudiences` out: the tokens have no `aud`");
    return noAudienceRule(expected);
  }
  const audiences = requiredTexts(expected, "audience", "the name of this API in `aud`");
  const others =
    extra === "deny" || extra === "allow" ? new Set<string>() : requiredTexts(extra, "extraAudiences", '"deny", "allow" or a list');
  return ({ aud }) => {
    if (aud === undefined) throw refusedWithout("audience", "no audience");
    const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
    let ours = 0;
    let known = 0;
    for (const audience of named) {
      if (typeof audience !== "string") throw new InvalidCredential("aud is not a text or a list of them");
      if (audiences.has(audience)) ours += 1;
      else if (extra === "allow" || others.has(audience)) known += 1;
    }
    if (ours === 0) throw new InvalidCredential("another audience");
    if (ours + known < named.length) throw refusedWithout("extraAudiences", "further audiences");
  };
}

function noAudienceRule(expected: object): ClaimRule {
  checkOptions<{ clientId: unknown; absent: unknown }>("jwtVerifier({ audience })", expected, { clientId: true, absent: true });
  if ("clientId" in expected === "absent" in expected) throw wrongOption("Set `audience` to the name of this API in `aud`");
  if ("absent" in expected)
    requiredText(expected.absent, "audience.absent", "the reason why the issuer's keys sign for this API only");
  const clients = "clientId" in expected && requiredTexts(expected.clientId, "audience.clientId", "the ids of clients");
  return (claims) => {
    if (claims["aud"] !== undefined) throw refusedWithout("audience", "the token has an audience");
    if (clients !== false && !clients.has(nameIn(claims, "client_id") ?? "")) throw new InvalidCredential("another client");
  };
}

/** Which clients a token may have been issued to, by `azp`; `{ absent: true }` among them lets one without `azp` pass. */
export type AuthorizedParties = readonly [string | Absent, ...(string | Absent)[]];

/** Makes the rule for `azp` (OpenID Connect Core §2). @throws BuildError `wrong_option` */
export function authorizedPartyRule(expected: unknown): ClaimRule | undefined {
  if (expected === undefined) return undefined;
  const parties = Array.isArray(expected) ? readExpectations(expected) : undefined;
  if (parties === undefined) throw wrongOption("Set `authorizedParties` to a list of what `azp` may be");
  return (claims) => {
    if (!parties.has(textOf(claims, "azp"))) throw new InvalidCredential("another authorized party");
  };
}
