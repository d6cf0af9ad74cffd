/**
 * Writes and reads the text of API keys: `<prefix>_<environment>_<id>_<secret>_<checksum>`.
 *
 * - The prefix lets secret scanners find a leaked key.
 * - The id finds the row.
 * - The secret has 190 random bits, so a fast hash is enough. Only the hash is stored.
 * - The checksum detects a typing error without asking the database (K-15).
 */
import { randomInt } from "node:crypto";
import { crc32 } from "node:zlib";
import { Redacted } from "lockstep";
import type { Settings } from "../settings.ts";

/** The prefix and environment of a service's keys. A text with another prefix or environment is not one of its keys. */
export type KeyKind = Pick<Settings, "keyPrefix" | "keyEnvironment">;

/** The parts of a key that are verified. */
export interface ApiKeyParts {
  /** The id, which finds the row. It is public. */
  readonly id: string;
  readonly secret: Redacted<string>;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const idLength = 12;
const secretLength = 32;
const checksumLength = 6;
const rest = /^_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})_([0-9A-Za-z]{6})$/;
const restLength = 3 + idLength + secretLength + checksumLength;

/** Generates a key. It is shown once, and never stored as it is. */
export function generateApiKey(kind: KeyKind): { readonly key: Redacted<string>; readonly parts: ApiKeyParts } {
  const [id, secret] = [randomText(idLength), randomText(secretLength)];
  const body = `${start(kind)}_${id}_${secret}`;
  return { key: new Redacted(`${body}_${checksum(body)}`), parts: { id, secret: new Redacted(secret) } };
}

/**
 * Parses a key. Returns `undefined` for a text that was never a key of this kind, so the database is not asked for it. The text
 * is not trimmed, folded or normalised (K-13), and a text of another length is not read (K-16).
 */
export function parseApiKey(key: Redacted<string>, kind: KeyKind): ApiKeyParts | undefined {
  const [text, begins] = [key.reveal(), start(kind)];
  if (text.length !== begins.length + restLength || !text.startsWith(begins)) return undefined;
  const match = rest.exec(text.slice(begins.length));
  if (match === null) return undefined;
  const [, id = "", secret = "", check] = match;
  return check === checksum(text.slice(0, -checksumLength - 1)) ? { id, secret: new Redacted(secret) } : undefined;
}

/** Whether a text can be the id of a key. */
export function isApiKeyId(text: string): boolean {
  return /^[0-9A-Za-z]{12}$/.test(text);
}

function start({ keyPrefix, keyEnvironment }: KeyKind): string {
  return `${keyPrefix}_${keyEnvironment}`;
}

/** Generates text that a double click selects as a whole. Each character has almost 6 random bits. */
function randomText(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

function checksum(body: string): string {
  let number = crc32(body);
  let text = "";
  for (let digit = 0; digit < checksumLength; digit += 1) {
    text = `${alphabet[number % alphabet.length]}${text}`;
    number = Math.floor(number / alphabet.length);
  }
  return text;
}
