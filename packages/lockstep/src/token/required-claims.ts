/** Claims that must have one value. They tell the access tokens of an issuer from its other tokens, or one tenant from others. */
import { InvalidCredential } from "../problem/error.ts";
import { type ClaimRule, requiredTexts, wrongOption } from "./claim-rule.ts";

/**
 * Claims by name, each with the text, or one of the texts, that it must be. A name is a whole key and no path. Claims that say
 * which kind of token it is: `{ token_use: "access" }` (Cognito), `{ typ: "Bearer" }` (Keycloak); which tenant: `{ tid: "…" }`
 * (Microsoft Entra), `{ hd: "example.com" }` (Google).
 */
export type RequiredClaims = Readonly<Record<string, string | readonly [string, ...string[]]>>;

/** Makes a rule for each of these claims. @throws BuildError `wrong_option` */
export function requiredClaimsRules(required: RequiredClaims = {}): readonly (readonly [claim: string, rule: ClaimRule])[] {
  if (typeof required !== "object" || required === null || Array.isArray(required)) {
    throw wrongOption("Write `requiredClaims` as a record of claims and their texts");
  }
  return Object.entries(required).map(([name, given]) => {
    const texts = requiredTexts(given, `requiredClaims.${name}`, "the text of the claim, or a list");
    const rule: ClaimRule = (claims) => {
      const value = claims[name];
      if (typeof value !== "string" || !texts.has(value)) throw new InvalidCredential(`the claim ${name} is another, or absent`);
    };
    return [name, rule];
  });
}
