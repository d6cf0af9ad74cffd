/** The assertion with which a client authenticates (RFC 7523 §3): short-lived, for one server, and used once. */
import { CompactSign } from "jose/jws/compact/sign";
import { privateHalf, type SigningKey } from "../token/signing-key.ts";

/** What an assertion says. */
export interface AssertionClaims {
  readonly clientId: string;
  readonly audience: string;
  readonly nowMs: number;
}

/** Long enough for a request and for clocks that differ a little. A thief has no longer. */
const lifetimeSeconds = 60;
const encoder = new TextEncoder();

/** Signs an assertion with an identifier of its own. */
export async function signAssertion(key: SigningKey, { clientId, audience, nowMs }: AssertionClaims): Promise<string> {
  const iat = Math.floor(nowMs / 1000);
  const claims = { iss: clientId, sub: clientId, aud: audience, jti: crypto.randomUUID(), iat, exp: iat + lifetimeSeconds };
  const signing = new CompactSign(encoder.encode(JSON.stringify(claims)));
  signing.setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "JWT" });
  return signing.sign(await key[privateHalf].reveal().imported());
}

/** Tells a key that `signingKey()` made from other values. */
export function isSigningKey(value: unknown): value is SigningKey {
  return typeof value === "object" && value !== null && privateHalf in value;
}
