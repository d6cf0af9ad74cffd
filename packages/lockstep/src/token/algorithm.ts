/**
 * The signature algorithms of RFC 7518 §3 and RFC 8037 that a verifier may allow, and what each demands of its key. This
 * module owns the table; the cryptography is jose's. `none` is not in the table, so nothing can allow it (CVE-2015-9235).
 */

/** Signatures made with a private key and verified with a public one. */
export const publicKeyAlgorithms = [
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
] as const;

/** Message authentication with a secret that both sides hold. */
export const secretKeyAlgorithms = ["HS256", "HS384", "HS512"] as const;

/** An algorithm whose verifier holds public keys only. */
export type PublicKeyAlgorithm = (typeof publicKeyAlgorithms)[number];
/** An algorithm whose verifier holds the secret that also signs. */
export type SecretKeyAlgorithm = (typeof secretKeyAlgorithms)[number];
/** Any algorithm that a key may be pinned to. */
export type Algorithm = PublicKeyAlgorithm | SecretKeyAlgorithm;

/** Which JWKs an algorithm fits: the key type, its curve, if it has one, and the fewest bytes of a secret (RFC 7518 §3.2). */
export type KeyDemand =
  | { readonly kty: "EC"; readonly crv: "P-256" | "P-384" | "P-521" }
  | { readonly kty: "OKP"; readonly crv: "Ed25519" }
  | { readonly kty: "RSA" }
  | { readonly kty: "oct"; readonly minBytes: number; readonly hash: string };

const demands: ReadonlyMap<string, KeyDemand> = new Map<Algorithm, KeyDemand>([
  ["ES256", { kty: "EC", crv: "P-256" }],
  ["ES384", { kty: "EC", crv: "P-384" }],
  ["ES512", { kty: "EC", crv: "P-521" }],
  ["EdDSA", { kty: "OKP", crv: "Ed25519" }],
  ["Ed25519", { kty: "OKP", crv: "Ed25519" }],
  ["RS256", { kty: "RSA" }],
  ["RS384", { kty: "RSA" }],
  ["RS512", { kty: "RSA" }],
  ["PS256", { kty: "RSA" }],
  ["PS384", { kty: "RSA" }],
  ["PS512", { kty: "RSA" }],
  ["HS256", { kty: "oct", minBytes: 32, hash: "SHA-256" }],
  ["HS384", { kty: "oct", minBytes: 48, hash: "SHA-384" }],
  ["HS512", { kty: "oct", minBytes: 64, hash: "SHA-512" }],
]);

/** Tells whether a value names an algorithm of the table, exactly as registered (algorithm names are case-sensitive). */
export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === "string" && demands.has(value);
}

/**
 * The one name under which this folder knows an algorithm. With Ed25519, `EdDSA` and `Ed25519` are two names of one algorithm
 * (RFC 9864 §2.2): an issuer may write one in its keys and the other in its tokens.
 */
export function canonicalAlgorithm(algorithm: Algorithm): Algorithm {
  return algorithm === "Ed25519" ? "EdDSA" : algorithm;
}

/** All names of an algorithm, given the canonical one. */
export function namesOf(algorithm: Algorithm): readonly Algorithm[] {
  return algorithm === "EdDSA" ? ["EdDSA", "Ed25519"] : [algorithm];
}

/** What the algorithm demands of its key. */
export function keyDemand(algorithm: Algorithm): KeyDemand {
  const demand = demands.get(algorithm);
  if (demand === undefined) throw new TypeError(`No such algorithm: ${algorithm}`);
  return demand;
}

/** Tells whether a key of this type and curve can be used with the algorithm (`crv` is compared only where it has one). */
export function fitsAlgorithm(algorithm: Algorithm, kty: unknown, crv: unknown): boolean {
  const demand = keyDemand(algorithm);
  return demand.kty === kty && (!("crv" in demand) || demand.crv === crv);
}
