/** What the tests of this folder share: one issuer, its keys, a clock that stands still, and tokens with any flaw at all. */
import assert from "node:assert/strict";
import { constants, createHmac, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject, KeyPairKeyObjectResult } from "node:crypto";
import { InvalidCredential } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import type { Claims } from "./claims.ts";
import type { Jwk } from "./jwk.ts";
import { jwks } from "./jwks.ts";
import { jwtVerifier } from "./jwt-verifier.ts";
import type { JwtVerifier } from "./jwt-verifier.ts";
import type { JwtVerifierOptions } from "./verifier-options.ts";

/** The issuer and the API of every good token. */
export const issuer: string = "https://as.test";
export const audience: string = "https://api.test";
/** The moment at which every test happens. */
export const nowMs: number = Date.UTC(2026, 0, 15, 12);
/** The same in seconds, as claims have it. */
export const now: number = nowMs / 1000;

/** The issuer's keys: K1 signs with ES256, K2 with EdDSA, KR with RSA. */
export const k1: KeyPairKeyObjectResult = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const k2: KeyPairKeyObjectResult = generateKeyPairSync("ed25519");
export const kr: KeyPairKeyObjectResult = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** Signs the text before the last dot. */
export type Sign = (input: string) => Uint8Array;

/** Signs with ES256 and K1, or another key. */
export const es256: (key?: KeyObject) => Sign =
  (key = k1.privateKey) =>
  (input) =>
    sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
/** Signs with EdDSA and K2. */
export const eddsa: Sign = (input) => sign(null, Buffer.from(input), k2.privateKey);
/** Signs with KR and any hash and padding. */
export const rsa: (hash: string, pss?: boolean) => Sign = (hash, pss = false) => {
  const padding = pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING };
  return (input) => sign(hash, Buffer.from(input), { key: kr.privateKey, ...padding });
};
/** Signs with a secret, or what an attacker uses as one. */
export const hmac: (key: string | Uint8Array, hash?: string) => Sign =
  (key, hash = "sha256") =>
  (input) =>
    createHmac(hash, key).update(input).digest();

/** A public key as a JWK. */
export function publicJwk(key: KeyObject, more: Partial<Jwk>): Jwk {
  const { kty, ...members } = key.export({ format: "jwk" });
  assert.ok(kty);
  return { kty, ...members, ...more };
}

/** What the issuer publishes. */
export const k1Jwk: Jwk = publicJwk(k1.publicKey, { kid: "k1", alg: "ES256" });
export const k2Jwk: Jwk = publicJwk(k2.publicKey, { kid: "k2", alg: "EdDSA" });
export const krJwk: Jwk = publicJwk(kr.publicKey, { kid: "kr", alg: "RS256" });

/** The header of a good token. */
export const goodHeader: Readonly<Record<string, unknown>> = { alg: "ES256", typ: "at+jwt", kid: "k1" };

/** The claims of a good token, with some replaced (`undefined` leaves one out). */
export function goodClaims(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { iss: issuer, aud: audience, sub: "alice", exp: now + 300, iat: now - 10, jti: "t1", scope: "notes:read", ...over };
}

/** A compact JWS over exactly these texts or bytes, validly signed whatever they say. */
export function compact(header: unknown, payload: unknown, signer: Sign = es256()): string {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${Buffer.from(signer(input)).toString("base64url")}`;
}

function encoded(part: unknown): string {
  const bytes = typeof part === "string" || part instanceof Uint8Array ? part : JSON.stringify(part);
  return Buffer.from(bytes).toString("base64url");
}

/** A token that is valid except for the changes. */
export function token(header: Readonly<Record<string, unknown>> = {}, claims: Readonly<Record<string, unknown>> = {}): string {
  return compact({ ...goodHeader, ...header }, goodClaims(claims));
}

/** The verifier of the fixture; options are replaced one by one. */
export function verifier(over: Partial<JwtVerifierOptions> = {}): JwtVerifier {
  const options = {
    issuer,
    audience,
    keys: jwks({ keys: [k1Jwk, k2Jwk, krJwk] }),
    algorithms: ["ES256", "EdDSA", "RS256"],
    typ: "at+jwt",
    clock: () => nowMs,
    ...over,
  };
  // Keys and algorithms may not fit each other here: that is what some tests are about.
  return jwtVerifier(options as JwtVerifierOptions);
}

/** The claims of a token that is accepted. */
export async function accepted(by: JwtVerifier, text: string): Promise<Claims> {
  return by.verify(new Redacted(text));
}

/** The reason for which the token is refused; anything but an InvalidCredential fails the test. */
export async function refusal(by: JwtVerifier, text: unknown): Promise<string> {
  try {
    // What a JavaScript caller might pass; the type allows text only.
    await by.verify(new Redacted(text as string));
  } catch (error) {
    assert.ok(error instanceof InvalidCredential, `expected an InvalidCredential, got ${String(error)}`);
    assert.equal(error.code, "invalid_token");
    if (typeof text === "string" && text.length > 10) assert.ok(!error.message.includes(text));
    return error.reason;
  }
  return assert.fail("the token was accepted");
}
