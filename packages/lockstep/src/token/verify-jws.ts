/**
 * The signature of a compact JWS: the token's key is found by its name and algorithm, and jose verifies. The one place where
 * a signature is decided; `jwtVerifier` adds what the claims must say.
 */
import { compactVerify } from "jose/jws/compact/verify";
import { JOSEError } from "jose/errors";
import { InvalidCredential } from "../problem/error.ts";
import { namesOf } from "./algorithm.ts";
import type { CompactJws } from "./compact-jws.ts";
import type { KeySource } from "./key-source.ts";

/**
 * Verifies the signature with the key that the token names.
 *
 * @throws InvalidCredential when there is no such key, it has another algorithm, or the signature is wrong
 * @throws Unavailable when the keys cannot be had
 * @throws BuildError `wrong_key` when the runtime refuses the key
 */
export async function verifyJws(jws: CompactJws, keys: KeySource, nowMs: number): Promise<void> {
  const key = await keys.find(jws.header, nowMs);
  if (key === undefined) throw new InvalidCredential("unknown key");
  const cryptoKey = await key.imported();
  try {
    // The key decides (RFC 8725 §3.1): an RSA key never becomes an HMAC secret because a token says HS256 (CVE-2016-5431).
    await compactVerify(jws.text, cryptoKey, { algorithms: [...namesOf(key.alg)] });
  } catch (cause) {
    if (cause instanceof JOSEError) throw new InvalidCredential("the signature does not verify", { cause });
    throw cause;
  }
}
