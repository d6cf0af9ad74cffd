/**
 * Secrets that a client presents and that mean nothing in themselves: session ids, refresh tokens, links. 256 random bits, so
 * that a fast hash is enough to keep them; they are looked up by that hash, which tells nothing about how close a guess is (L-25).
 */
import { hash, randomBytes } from "node:crypto";
import { Redacted } from "lockstep";

const bytes = 32;
const format = /^[A-Za-z0-9_-]{43}$/;

/** Makes a secret of 256 random bits, as 43 characters of base64url. */
export function newSecret(): Redacted<string> {
  return new Redacted(randomBytes(bytes).toString("base64url"));
}

/** Whether a text could be a secret of this kind: anything else is refused without asking the database. */
export function isSecretFormat(text: string): boolean {
  return format.test(text);
}

/** What is kept of a secret: its SHA-256, in base64url. */
export function hashOfSecret(secret: Redacted<string>): string {
  return hash("sha256", secret.reveal(), "base64url");
}
