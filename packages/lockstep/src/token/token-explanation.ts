/**
 * Why a token is accepted or refused, part by part, for a person. It runs the checks of `jwtVerifier` in their order, and does
 * not stop at the first one that fails.
 */
import type { JsonObject } from "../json/strict-json.ts";
import { InvalidCredential } from "../problem/error.ts";
import { checkUnbound, payloadLimits, verdictsOnClaims } from "./claims.ts";
import {
  allowedAlgorithm,
  checkLength,
  checkMembers,
  optionalText,
  parseHeader,
  parseJsonPart,
  splitCompactJws,
} from "./compact-jws.ts";
import type { KeyName } from "./key-set.ts";
import { checkType } from "./token-type.ts";
import type { CheckedOptions } from "./verifier-options.ts";
import { keyOf, verifySignature } from "./verify-jws.ts";

/** A part of a token that was checked, and why it refuses the token, if it does. */
export interface Verdict {
  readonly part: "form" | "header" | "claim" | "key" | "signature";
  /** The member of the header, or the claim. Of other parts, a word for the check. */
  readonly name: string;
  readonly refusal: string | undefined;
}

/** The content of a token, and each verdict on it. */
export interface TokenExplanation {
  /** In the order of the verifier. The first one with a refusal is the reason that it throws. */
  readonly verdicts: readonly Verdict[];
  /** The header as it is in the token, if it can be read. */
  readonly header: JsonObject | undefined;
  /** The claims as they are in the token, if they can be read. */
  readonly claims: JsonObject | undefined;
  /** The claims as the application gets them: with the subject and the scopes in the form that the options say. */
  readonly read: JsonObject | undefined;
}

/**
 * Explains a JWT.
 *
 * @throws Unavailable (rejects with it) if the keys cannot be had
 */
export async function explainToken(text: string, options: CheckedOptions): Promise<TokenExplanation> {
  const { envelope, isExpectedType, clock, keys } = options;
  const verdicts: Verdict[] = [];
  /** Runs a check and notes its verdict. A check without a result returns `undefined` in any case. */
  const noted = async <T>(part: Verdict["part"], name: string, check: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      const result = await check();
      verdicts.push({ part, name, refusal: undefined });
      return result;
    } catch (error) {
      if (!(error instanceof InvalidCredential)) throw error;
      verdicts.push({ part, name, refusal: error.reason });
      return undefined;
    }
  };
  await noted("form", "length", () => checkLength(text, envelope));
  const parts = await noted("form", "parts", () => splitCompactJws(text));
  const header = parts && (await noted("form", "header", () => parseHeader(parts.header)));
  let name: KeyName | undefined;
  if (header !== undefined) {
    await noted("header", "members", () => checkMembers(header, envelope));
    const alg = await noted("header", "alg", () => allowedAlgorithm(header, envelope));
    const kid = await noted("header", "kid", () => optionalText(header, "kid"));
    await noted("header", "typ", () => checkType(optionalText(header, "typ"), isExpectedType));
    name = alg && { alg, kid };
  }
  const claims = parts && (await noted("form", "payload", () => parseJsonPart(parts.payload, payloadLimits)));
  // The checks write some claims, so they get a copy, which has no prototype either.
  const read = parts && claims && parseJsonPart(parts.payload, payloadLimits);
  if (read !== undefined) {
    for (const { claim, refusal } of verdictsOnClaims(read, options, clock()))
      verdicts.push({ part: "claim", name: claim, refusal });
  }
  const key = name && (await noted("key", "kid", () => keyOf(name, keys, clock())));
  if (key !== undefined) await noted("signature", "signature", () => verifySignature(text, key));
  // Last, as in the verifier. A scheme with a sender constraint checks the sender instead.
  if (claims !== undefined) await noted("claim", "cnf", () => checkUnbound(claims));
  return { verdicts, header, claims, read };
}
