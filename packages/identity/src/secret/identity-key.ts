/**
 * `IDENTITY_KEY`: 32 random bytes. Every key of identity is derived from it, one for each purpose (HKDF-SHA-256, RFC 5869), so
 * nothing that is sealed or signed for one purpose is accepted for another (S-16, M-12).
 */
import { isUtf8 } from "node:buffer";
import { createHash, hkdfSync, randomBytes } from "node:crypto";
import { Redacted } from "lockstep";

/** The purpose of a derived key. No key has two purposes. */
export type Purpose =
  | "signing-key-seal"
  | "refresh-successor"
  | "device-cookie"
  | "throttle-fingerprint"
  | "audit-network"
  | "audit-chain-seal";

/** A root key. Printing it does not show it. */
export interface IdentityKey {
  /** The name of the key in sealed texts. It reveals nothing about the key. */
  readonly id: string;
  /** Derives the key for one purpose. */
  derive(purpose: Purpose): Buffer;
}

/** The key that seals, and the previous keys, which may still open. */
export interface IdentityKeys {
  readonly current: IdentityKey;
  readonly previous: readonly IdentityKey[];
}

/** A key is missing, malformed or weak. The message does not contain any part of it. */
export class WrongIdentityKey extends Error {
  override readonly name = "WrongIdentityKey";
}

const bytes = 32;
const fewestDistinctBytes = 16;

/** Generates a root key, as text for the environment. */
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

/** Refuses bytes that were typed, counted or repeated (M-09). Random bytes fail this once in 100 million times. */
function looksRandom(root: Buffer): boolean {
  const steps = new Set(root.map((byte, index) => byte - (root[index - 1] ?? 0)).subarray(1));
  return new Set(root).size >= fewestDistinctBytes && steps.size >= fewestDistinctBytes && !isUtf8(root) && !isRepeated(root);
}

/** The first half is repeated, or a shorter piece of it. */
function isRepeated(root: Buffer): boolean {
  return root.subarray(0, bytes / 2).equals(root.subarray(bytes / 2));
}
