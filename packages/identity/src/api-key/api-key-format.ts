/**
 * API keys as text: `<prefix>_<environment>_<id>_<secret>_<checksum>`. The prefix lets secret scanners find a key that leaked, the
 * checksum tells a typing error without asking the database (K-15), the id finds the row, and the secret (190 random bits, so that
 * a fast hash is enough) is kept as a hash only.
 */
import { randomInt } from "node:crypto";
import { crc32 } from "node:zlib";
import { Redacted } from "lockstep";
import type { Settings } from "../settings.ts";

/** Whose keys these are. A key of another prefix or environment is none. */
export type KeyKind = Pick<Settings, "keyPrefix" | "keyEnvironment">;

/** The parts of a key that are looked at. */
export interface ApiKeyParts {
  /** Public: it finds the row. */
  readonly id: string;
  readonly secret: Redacted<string>;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const idLength = 12;
const secretLength = 32;
const checksumLength = 6;
const rest = /^_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})_([0-9A-Za-z]{6})$/;
const restLength = 3 + idLength + secretLength + checksumLength;

/** Makes a key. It is shown once and never kept as it is. */
export function generateApiKey(kind: KeyKind): { readonly key: Redacted<string>; readonly parts: ApiKeyParts } {
  const [id, secret] = [randomText(idLength), randomText(secretLength)];
  const body = `${start(kind)}_${id}_${secret}`;
  return { key: new Redacted(`${body}_${checksum(body)}`), parts: { id, secret: new Redacted(secret) } };
}

/**
 * Reads a key; `undefined` for anything that was never one of this kind, which no database has to be asked for. Nothing is
 * trimmed, folded or normalised (K-13); what has another length is not looked at (K-16).
 */
export function parseApiKey(key: Redacted<string>, kind: KeyKind): ApiKeyParts | undefined {
  const [text, begins] = [key.reveal(), start(kind)];
  if (text.length !== begins.length + restLength || !text.startsWith(begins)) return undefined;
  const match = rest.exec(text.slice(begins.length));
  if (match === null) return undefined;
  const [, id = "", secret = "", check] = match;
  return check === checksum(text.slice(0, -checksumLength - 1)) ? { id, secret: new Redacted(secret) } : undefined;
}

/** Whether a text could be the id of a key. */
export function isApiKeyId(text: string): boolean {
  return /^[0-9A-Za-z]{12}$/.test(text);
}

function start({ keyPrefix, keyEnvironment }: KeyKind): string {
  return `${keyPrefix}_${keyEnvironment}`;
}

/** Text that a double click selects: some 6 random bits for each character. */
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
