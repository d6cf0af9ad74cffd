/**
 * API keys: `notes_<env>_<id>_<secret>_<checksum>`. The prefix lets secret scanners find a key that leaked, the checksum
 * tells a typing error without asking the store, the id finds the row, and the secret (190 random bits, so that a fast
 * hash is enough) is kept as a hash only.
 */
import { createHash, randomInt, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { Redacted, secret } from "lockstep";
import type { StoredApiKey } from "./store/api-key.ts";

/** Where a key is good. */
export type KeyEnvironment = "demo" | "live";

/** The parts of a key that are looked at. */
export interface ApiKeyParts {
  readonly id: string;
  readonly secret: Redacted<string>;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const idLength = 12;
const secretLength = 32;
const checksumLength = 6;
const format = /^notes_(?:demo|live)_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})_([0-9A-Za-z]{6})$/;
const nobody = new Uint8Array(32);

/** Makes a key. It is shown once and never kept as it is. */
export function generateApiKey(environment: KeyEnvironment): Redacted<string> {
  const body = `notes_${environment}_${randomText(idLength)}_${randomText(secretLength)}`;
  return new Redacted(`${body}_${checksum(body)}`);
}

/** Reads a key; `undefined` for anything that was never one, which no store has to be asked for. */
export function parseApiKey(key: Redacted<string>): ApiKeyParts | undefined {
  const text = key.reveal();
  const match = format.exec(text);
  if (match === null) return undefined;
  const [, id = "", secretPart = "", check] = match;
  return check === checksum(text.slice(0, -checksumLength - 1)) ? { id, secret: new Redacted(secretPart) } : undefined;
}

/** What is kept of a key. */
export function storedApiKey(parts: ApiKeyParts, name: string): StoredApiKey {
  return { id: parts.id, name, secretHash: secret(hash(parts.secret)) };
}

/** Tells whether the secret is the stored key's; unknown keys take the same steps as known ones. */
export function isSameKey(parts: ApiKeyParts, stored: StoredApiKey | undefined): stored is StoredApiKey {
  return timingSafeEqual(hash(parts.secret), stored?.secretHash.reveal() ?? nobody) && stored !== undefined;
}

/** Random text that a double click selects: some 6 bits for each character. */
export function randomText(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

function hash(text: Redacted<string>): Uint8Array {
  return createHash("sha256").update(text.reveal()).digest();
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = "";
  for (let digit = 0; digit < checksumLength; digit += 1) {
    text = `${alphabet[rest % alphabet.length]}${text}`;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}
