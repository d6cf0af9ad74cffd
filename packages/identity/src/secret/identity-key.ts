/**
 * `IDENTITY_KEY`: 32 random bytes from which every key of identity is derived, one for each purpose (HKDF-SHA-256, RFC 5869), so
 * that nothing sealed or signed for one purpose is good for another (attack rows S-16, M-12).
 */
import { isUtf8 } from "node:buffer";
import { createHash, hkdfSync, randomBytes } from "node:crypto";
import { Redacted } from "lockstep";

/** What a key is derived for. One is never used for two things. */
export type Purpose = "signing-key-seal" | "refresh-successor" | "device-cookie" | "throttle-fingerprint";

/** A root key. Printing it shows nothing. */
export interface IdentityKey {
  /** Names the key in what it has sealed; tells nothing about it. */
  readonly id: string;
  /** The key for one purpose. */
  derive(purpose: Purpose): Buffer;
}

/** The key that seals, and those that may still open what was sealed before. */
export interface IdentityKeys {
  readonly current: IdentityKey;
  readonly previous: readonly IdentityKey[];
}

/** A key that is missing, malformed or weak. The message holds no part of it. */
export class WrongIdentityKey extends Error {
  override readonly name = "WrongIdentityKey";
}

const bytes = 32;
const fewestDistinctBytes = 16;

/** Makes a new root key, as text for the environment. */
export function generateIdentityKey(): Redacted<string> {
  return new Redacted(randomBytes(bytes).toString("base64url"));
}

/**
 * Reads a root key: 32 random bytes in base64url, base64 or hexadecimal.
 *
 * @throws WrongIdentityKey for anything else, and for bytes that are not random
 */
export function identityKey(text: Redacted<string>): IdentityKey {
  const root = decoded(text.reveal());
  if (root === undefined) throw new WrongIdentityKey("is not 32 bytes in base64url");
  if (!looksRandom(root)) throw new WrongIdentityKey("is not random");
  const derived = new Map<Purpose, Buffer>();
  return Object.freeze({
    id: createHash("sha256").update("lockstep-identity key id").update(root).digest("base64url").slice(0, 8),
    derive: (purpose: Purpose): Buffer => {
      const key = derived.get(purpose) ?? Buffer.from(hkdfSync("sha256", root, "lockstep-identity", purpose, bytes));
      derived.set(purpose, key);
      return key;
    },
  });
}

function decoded(text: string): Buffer | undefined {
  const encoding = /^[0-9a-f]{64}$/i.test(text) ? "hex" : /^[A-Za-z0-9_-]{43}$/.test(text) ? "base64url" : "base64";
  if (encoding === "base64" && !/^[A-Za-z0-9+/]{43}=$/.test(text)) return undefined;
  const key = Buffer.from(text, encoding);
  return key.length === bytes ? key : undefined;
}

/** Bytes that were typed, counted or repeated were not drawn (attack row M-09). Random ones fail this once in 100 million draws. */
function looksRandom(root: Buffer): boolean {
  const steps = new Set(root.map((byte, index) => byte - (root[index - 1] ?? 0)).subarray(1));
  return new Set(root).size >= fewestDistinctBytes && steps.size >= fewestDistinctBytes && !isUtf8(root) && !isRepeated(root);
}

/** The first half again, or a shorter piece of it over and over. */
function isRepeated(root: Buffer): boolean {
  return root.subarray(0, bytes / 2).equals(root.subarray(bytes / 2));
}
