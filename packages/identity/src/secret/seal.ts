/**
 * Sealing: texts that only this service can read, and nobody who reads the database. AES-256-GCM, bound to a purpose and a
 * record.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { Redacted } from "lockstep";
import type { IdentityKey, IdentityKeys, Purpose } from "./identity-key.ts";

/** The purpose and the record that a sealed text is bound to. It cannot be opened for another one. */
export interface Binding {
  readonly purpose: Purpose;
  /** The id of the record that contains it. */
  readonly record: string;
}

/** A sealed text cannot be opened: it was sealed under another key or for another purpose, or was changed. */
export class SealBroken extends Error {
  override readonly name = "SealBroken";
}

const version = "1";
const nonceBytes = 12;
const tagBytes = 16;

/** Seals a text under the current key: `1.<key id>.<nonce, ciphertext and tag in base64url>`. */
export function seal(text: Redacted<string>, binding: Binding, { current }: Pick<IdentityKeys, "current">): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", current.derive(binding.purpose), nonce).setAAD(additional(binding, current.id));
  const sealed = Buffer.concat([nonce, cipher.update(text.reveal(), "utf8"), cipher.final(), cipher.getAuthTag()]);
  return sealedText(current, sealed);
}

/** Opens a text that was sealed under the current key or a previous one. @throws SealBroken */
export function unseal(sealed: string, binding: Binding, keys: IdentityKeys): Redacted<string> {
  const [, keyId, text = ""] = sealed.split(".", 3);
  const key = [keys.current, ...keys.previous].find(({ id }) => id === keyId);
  if (key === undefined) {
    throw new SealBroken(`Add the IDENTITY_KEY that sealed it: none of the given keys opens this ${binding.purpose}`);
  }
  const bytes = Buffer.from(text, "base64url");
  // Decoding skips characters that are not base64url: accept only the one text that sealing writes.
  if (sealed !== sealedText(key, bytes)) throw broken(binding);
  return open(bytes, binding, key);
}

/** Whether a text was sealed under this key. */
export function isSealedUnder(sealed: string, key: IdentityKey): boolean {
  return sealed.split(".")[1] === key.id;
}

function open(sealed: Buffer, binding: Binding, key: IdentityKey): Redacted<string> {
  const nonce = sealed.subarray(0, nonceBytes);
  const tag = sealed.subarray(-tagBytes);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key.derive(binding.purpose), nonce, { authTagLength: tagBytes });
    decipher.setAAD(additional(binding, key.id)).setAuthTag(tag);
    const text = Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    return new Redacted(text.toString("utf8"));
  } catch (cause) {
    throw broken(binding, { cause });
  }
}

function sealedText(key: IdentityKey, bytes: Buffer): string {
  return `${version}.${key.id}.${bytes.toString("base64url")}`;
}

function broken({ purpose }: Binding, options?: ErrorOptions): SealBroken {
  return new SealBroken(`A sealed ${purpose} was changed or belongs to another record`, options);
}

function additional({ purpose, record }: Binding, keyId: string): Buffer {
  return Buffer.from(JSON.stringify([version, keyId, purpose, record]));
}
