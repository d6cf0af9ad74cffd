/**
 * The signature of a compact JWS: the token's key is found by its name and algorithm, and jose verifies. The one place where
 * a signature is decided; `jwtVerifier` adds what the claims must say.
 */
import { compactVerify } from "jose/jws/compact/verify";
import { JOSEError } from "jose/errors";
import { InvalidCredential } from "../problem/error.ts";
import { namesOf } from "./algorithm.ts";
import type { CompactJws } from "./compact-jws.ts";
import type { KeyName } from "./key-set.ts";
import type { KeySource } from "./key-source.ts";
import type { VerificationKey } from "./verification-key.ts";

/**
 * Verifies the signature with the key that the token names.
 *
 * @throws InvalidCredential when there is no such key, it has another algorithm, or the signature is wrong
 * @throws Unavailable when the keys cannot be had
 * @throws BuildError `wrong_key` when the runtime refuses the key
 */
export async function verifyJws(jws: CompactJws, keys: KeySource, nowMs: number): Promise<void> {
  await verifySignature(jws.text, await keyOf(jws.header, keys, nowMs));
}

/**
 * Finds the key that a token names.
 *
 * @throws InvalidCredential when there is no such key, or it has another algorithm
 * @throws Unavailable when the keys cannot be had
 */
export async function keyOf(header: KeyName, keys: KeySource, nowMs: number): Promise<VerificationKey> {
  const key = await keys.find(header, nowMs);
  if (key === undefined) throw new InvalidCredential("unknown key");
  return key;
}

/**
 * Verifies the signature of a compact JWS with its key.
 *
 * @throws InvalidCredential when it is wrong
 * @throws BuildError `wrong_key` when the runtime refuses the key
 */
export async function verifySignature(text: string, key: VerificationKey): Promise<void> {
  const cryptoKey = await key.imported();
  try {
    // The key decides (RFC 8725 §3.1): an RSA key never becomes an HMAC secret because a token says HS256 (CVE-2016-5431).
    await compactVerify(text, cryptoKey, { algorithms: [...namesOf(key.alg)] });
  } catch (cause) {
    if (cause instanceof JOSEError) throw new InvalidCredential("the signature does not verify", { cause });
    throw cause;
  }
}
