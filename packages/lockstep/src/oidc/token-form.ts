/** Which kind of token a text is, and which issuer it names. Nothing here is verified: it only decides who is asked. */
import { isAbsent } from "../json/member.ts";
import type { JsonObject } from "../json/strict-json.ts";
import { InvalidCredential } from "../problem/error.ts";
import { isCanonicalBase64url } from "../token/base64url.ts";
import { parseJsonPart } from "../token/compact-jws.ts";
import { trustDomainOf } from "../token/issuer-claim.ts";

/** A token that can be sent in a header (RFC 6750 §2.1). */
const bearerToken = /^[A-Za-z0-9\-._~+/]+=*$/;
/** A JSON object with a member, behind a byte order mark or blanks. */
const jsonObject = /^(?:\u00EF\u00BB\u00BF)?\s*\{\s*"/;
const payloadLimits = { maxDepth: 16, maxMembers: 2_000 } as const;

/**
 * Tells whether a text is a bearer token at all.
 */
export function isBearerToken(text: string): boolean {
  return bearerToken.test(text);
}

/**
 * Tells a JWT from an opaque token: it has at least three parts, and the first one looks like a JSON object to even the most
 * lenient reader. A JWT that was damaged a little would otherwise pass for an opaque token, and the issuer, which reads it less
 * strictly, would be asked about a token of another type, such as an ID token. An opaque token with two dots is taken for a JWT
 * by chance once in 10,000 times at most.
 */
export function isJwt(text: string): boolean {
  const [header = "", , signature] = text.split(".", 3);
  if (signature === undefined) return false;
  const plain = header.replaceAll("-", "+").replaceAll("_", "/");
  const whole = plain.length % 4 === 1 ? plain.slice(0, -1) : plain;
  return /^[A-Za-z0-9+/]*$/.test(whole) && jsonObject.test(atob(whole));
}

/** Reads the claims of a text as far as they can be read, to propose settings for it. Nothing in them is verified. */
export function claimsOfText(text: string): JsonObject {
  const [, payload] = text.split(".", 2);
  if (payload === undefined || !isCanonicalBase64url(payload)) return {};
  try {
    return parseJsonPart(payload, payloadLimits);
  } catch (error) {
    if (error instanceof InvalidCredential) return {};
    throw error;
  }
}

/**
 * Reads the issuer that a JWT claims to be from: without `iss`, the trust domain of a SPIFFE ID. It chooses the verifier, which
 * then checks everything, the issuer included.
 *
 * @throws InvalidCredential if it cannot be read
 */
export function claimedIssuer(text: string): string {
  const [, payload, signature, more] = text.split(".", 4);
  if (payload === undefined || signature === undefined || more !== undefined) throw new InvalidCredential("not three parts");
  if (!isCanonicalBase64url(payload)) throw new InvalidCredential("not canonical base64url");
  const { iss, sub } = parseJsonPart(payload, payloadLimits);
  const issuer = isAbsent(iss) ? trustDomainOf(sub) : iss;
  if (typeof issuer !== "string") throw new InvalidCredential("no issuer");
  return issuer;
}
