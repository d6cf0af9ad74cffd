/**
 * The names of counters: keyed hashes. Somebody who reads the counters learns no address, network or password, and every name has
 * the same length.
 */
import { createHmac } from "node:crypto";
import type { IdentityKeys } from "../secret/identity-key.ts";

const characters = 22;
/** 24 bits: enough to tell the passwords of an attack apart, too few to confirm a password with. */
const passwordCharacters = 4;

/** The name of a counter: of an action, for somebody. */
export function counterKey({ current }: IdentityKeys, bucket: string, about: string): string {
  return `${bucket}:${digest(current.derive("throttle-fingerprint"), [bucket, about]).slice(0, characters)}`;
}

/** The name of the counter of a password. */
export function passwordCounterKey({ current }: IdentityKeys, bucket: string, password: string): string {
  const text = password.normalize("NFC");
  return `${bucket}:${digest(current.derive("throttle-fingerprint"), [bucket, text]).slice(0, passwordCharacters)}`;
}

function digest(key: Buffer, parts: readonly string[]): string {
  return createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
}
