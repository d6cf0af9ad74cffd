/**
 * Private keys that sign tokens: made, wrapped so that they cannot be printed, and published without their private half.
 */
import { importJWK } from "jose/key/import";
import { exportJWK } from "jose/key/export";
import { generateKeyPair } from "jose/key/generate/keypair";
import { calculateJwkThumbprint } from "jose/jwk/thumbprint";
import type { CryptoKey, JWK } from "jose";
import { BuildError } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import type { PublicKeyAlgorithm } from "./algorithm.ts";
import { publicKeyAlgorithms } from "./algorithm.ts";
import { readJwk } from "./jwk.ts";
import type { Jwk } from "./jwk.ts";
import type { Jwks } from "./key-set.ts";
import { wrongKey } from "./key-refusal.ts";
import { VerificationKey } from "./verification-key.ts";

/** Where the private half lies. Not exported from the package. */
export const privateHalf: unique symbol = Symbol("lockstep.privateHalf");

/** A private key made by `signingKey()`. Printing or serialising it shows `kid` and `alg` only. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: PublicKeyAlgorithm;
  readonly [privateHalf]: Redacted<PrivateKey>;
}

/** What signs, and what is published of it. */
export interface PrivateKey {
  readonly publicJwk: Jwk;
  /** The key as the runtime takes it; imported at the first use and once. */
  readonly imported: () => Promise<CryptoKey>;
}

/** A private JWK as `generateSigningKey` makes it. It is not wrapped, because it is made to be stored: encrypt it. */
export interface PrivateJwk extends Jwk {
  readonly kid: string;
  readonly alg: PublicKeyAlgorithm;
}

/**
 * Makes a private key as a JWK, named by its RFC 7638 thumbprint: two keys never share a name. RSA keys have 2048 bits.
 *
 * @throws BuildError `wrong_option` for an algorithm that has no private key
 */
export async function generateSigningKey(alg: PublicKeyAlgorithm): Promise<PrivateJwk> {
  if (!publicKeyAlgorithms.includes(alg)) {
    throw new BuildError(
      "wrong_option",
      'Pass generateSigningKey() an algorithm with private keys, for example "ES256"; for a secret use hmacSecret()',
    );
  }
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const { kty } = jwk;
  if (kty === undefined) throw wrongKey("The runtime made a key without a type");
  return { ...jwk, kty, alg, kid: await calculateJwkThumbprint(jwk), use: "sig" };
}

/**
 * Wraps a private key for signing. It must have a `kid`, by which a verifier finds its public half, and an `alg`.
 *
 * @throws BuildError `wrong_key` or `weak_key`
 */
export function signingKey(jwk: Jwk): SigningKey {
  const copy = structuredClone(jwk);
  const publicJwk = publicHalf(copy);
  const key = readJwk(publicJwk, { algorithms: publicKeyAlgorithms });
  const alg = publicKeyAlgorithms.find((each) => each === copy.alg);
  if (!(key instanceof VerificationKey) || key.kid === undefined || alg === undefined) {
    throw wrongKey("Give the signing key a `kid` and the `alg` of a private key: generateSigningKey() makes both");
  }
  if (typeof copy["d"] !== "string") throw wrongKey("Pass the signing key with its private members: this is a public key");
  let imported: Promise<CryptoKey> | undefined;
  const half: PrivateKey = { publicJwk, imported: () => (imported ??= importPrivate(copy, alg)) };
  return Object.freeze({ kid: key.kid, alg, [privateHalf]: new Redacted(half) });
}

/**
 * The set to publish at the issuer's `jwks_uri` (RFC 7517 §5): the public halves and nothing else (M-08). Publish
 * a new key before it signs, and the old one until its last token is over.
 *
 * @throws BuildError `wrong_key` when two keys have one `kid`
 */
export function publicJwks(keys: readonly SigningKey[]): Jwks {
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length)
    throw wrongKey("Give each signing key a `kid` of its own: two have the same");
  return { keys: keys.map((key) => ({ ...key[privateHalf].reveal().publicJwk })) };
}

/** The public members, by name: an unknown private member cannot slip through. */
function publicHalf(jwk: Jwk): Jwk {
  const half: Record<string, unknown> = {};
  for (const name of ["kid", "alg", "crv", "x", "y", "n", "e"]) {
    if (jwk[name] !== undefined) half[name] = jwk[name];
  }
  return { kty: jwk.kty, use: "sig", ...half };
}

async function importPrivate(jwk: Jwk, alg: PublicKeyAlgorithm): Promise<CryptoKey> {
  const { key_ops: _operations, use: _use, ext: _extractable, ...members } = jwk;
  try {
    // What a JWK holds beyond its text members was checked by readJwk; jose checks the rest again.
    const key = await importJWK(members as JWK, alg, { extractable: false });
    if (key instanceof Uint8Array) throw wrongKey("Not a private key");
    return key;
  } catch (cause) {
    throw wrongKey(`The runtime refuses the ${alg} signing key`, { cause });
  }
}
