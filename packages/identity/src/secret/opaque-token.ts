/**
 * Opaque secrets that a client presents: session ids, refresh tokens, links. They have 256 random bits, so a fast hash is enough
 * to store them. They are looked up by the hash, so the time of a lookup does not tell how close a guess is (L-25).
 */
import { hash, randomBytes } from "node:crypto";
import { Redacted } from "lockstep";

const bytes = 32;
const format = /^[A-Za-z0-9_-]{43}$/;

/** Generates a secret of 256 random bits, as 43 characters of base64url. */
export function newSecret(): Redacted<string> {
  return new Redacted(randomBytes(bytes).toString("base64url"));
}

/** Whether a text has the form of such a secret. Anything else is refused without asking the database. */
export function isSecretFormat(text: string): boolean {
  return format.test(text);
}

/** The SHA-256 of a secret in base64url: the only form that is stored. */
export function hashOfSecret(secret: Redacted<string>): string {
  return hash("sha256", secret.reveal(), "base64url");
}
