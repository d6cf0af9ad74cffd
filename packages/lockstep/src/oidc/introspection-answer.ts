/** From the answer of an introspection endpoint to claims (RFC 7662 §2.2). Most of its members are optional there. */
import { InvalidCredential } from "../problem/error.ts";
import type { JsonObject } from "../json/strict-json.ts";
import { checkClaims, type ClaimRules, type Claims } from "../token/claims.ts";
import type { IntrospectionOptions } from "./introspection-options.ts";

/** What an answer is read with. */
export interface AnswerRules {
  readonly claims: ClaimRules;
  readonly withoutAudience: NonNullable<IntrospectionOptions["withoutAudience"]>;
  /** How long the answer counts. Seconds. */
  readonly maxAgeSeconds: number;
}

/**
 * Reads the answer about an active token as claims, by the rules for the claims of a JWT. The endpoint is the issuer's, so a
 * missing `iss` is the issuer, and a missing `iat` or `exp` is the time for which the answer counts.
 *
 * @throws InvalidCredential for an answer that does not fit this API
 */
export function claimsOfAnswer(answer: JsonObject, rules: AnswerRules, nowMs: number): Claims {
  refuseOtherTypes(answer);
  const nowSeconds = Math.floor(nowMs / 1000);
  const { iss, iat, exp, aud } = answer;
  const ours = rules.withoutAudience === "accept" ? [...rules.claims.audiences] : null;
  // Without a prototype, as everything that the JSON reader returns. Serializers write `null` for a member that is absent.
  const claims: JsonObject = Object.assign(Object.create(null), answer, {
    iss: iss ?? rules.claims.issuer,
    iat: iat ?? nowSeconds,
    exp: exp ?? nowSeconds + Math.max(1, rules.maxAgeSeconds),
    aud: aud ?? ours,
  });
  return checkClaims(claims, rules.claims, nowMs);
}

/** Some issuers call refresh tokens active as well. A token of the type DPoP is bound to a key (RFC 9449 §6.2). */
function refuseOtherTypes({ token_type: type, token_use: use, cnf }: JsonObject): void {
  const name = typeof type === "string" ? type.toLowerCase() : type;
  if (name !== undefined && name !== "bearer" && !(name === "dpop" && cnf !== undefined)) {
    throw new InvalidCredential("another type of token");
  }
  if (use !== undefined && use !== "access_token" && use !== "access") throw new InvalidCredential("another use of token");
}
