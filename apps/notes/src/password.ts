/**
 * Passwords: argon2id in PHC strings, and which passwords are good enough to be set. Hashing is what makes a stolen
 * database slow to guess; it costs 19 MiB and some 50 ms of one core each, so only a few run at a time.
 */
import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { type Redacted, secret, type Secret } from "lockstep";
import { Queue } from "./queue.ts";

/** OWASP's minimum for argon2id; `memory` is in KiB. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const tagBytes = 32;
/** Hashing runs on the thread pool, which is also needed for files and names: half of it stays free. */
const queue = new Queue({ maxRunning: 2, maxWaiting: 64 });

/** What is compared where there is no account, so that an attempt costs the same. Nobody knows a password for it. */
const dummyHash = secret("$argon2id$v=19$m=19456,t=2,p=1$+AmIJawl3+I55lQQ/M+Pug$imjJ4RlaI6wiGrsjXhO/j+kSlKgaAzFCVvZxAu4CBms");

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * Hashes a password with a fresh salt, as a PHC string.
 *
 * @throws Unavailable where too many are waiting
 */
export async function hashPassword(password: Redacted<string>): Promise<Secret<string>> {
  const salt = randomBytes(saltBytes);
  const tag = await derive(password, { ...cost, nonce: salt, tagLength: tagBytes });
  const { memory, passes, parallelism } = cost;
  return secret(`$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`);
}

/**
 * Tells whether a password is the one that was hashed. Without a hash it is never right and takes as long, so that the time
 * does not tell whether an account exists.
 *
 * @throws Unavailable where too many are waiting
 */
export async function verifyPassword(password: Redacted<string>, hash: Secret<string> | undefined): Promise<boolean> {
  const match = phc.exec((hash ?? dummyHash).reveal());
  if (match === null) throw new TypeError("A stored password hash is not an argon2id PHC string");
  const [, memory, passes, parallelism, salt = "", tag = ""] = match;
  const expected = Buffer.from(tag, "base64");
  const actual = await derive(password, {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(salt, "base64"),
    tagLength: expected.length,
  });
  return timingSafeEqual(actual, expected) && hash !== undefined;
}

const minCodePoints = 15;
const maxBytes = 1024;
const fewestDistinctCharacters = 6;
const leastOwnCharacters = 8;
const commonWords =
  /changeme|changethis|replaceme|password|passwd|secret|super|admin|administrator|notes|example|default|letmein|welcome|qwerty|qwertz|asdfgh|abcdef|key|(?:0?123456789?0?)|987654321|123/g;

/** Says why a password is too short or too long to be set; `undefined` if it is neither. */
export function wrongLength(password: string): string | undefined {
  if (Array.from(password).length < minCodePoints) return `needs at least ${minCodePoints} characters`;
  return Buffer.byteLength(password) > maxBytes ? `has room for ${maxBytes} bytes` : undefined;
}

/** Says why a password is no good for production; `undefined` if nothing is wrong. The answer holds no part of it. */
export function passwordWeakness(password: string): string | undefined {
  const length = wrongLength(password);
  if (length !== undefined) return length;
  if (new Set(password).size < fewestDistinctCharacters) return "is made of a handful of different characters";
  if (/^(.+)\1+.?$/su.test(password)) return "repeats itself";
  const own = password
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .replaceAll(commonWords, "");
  return own.length < leastOwnCharacters ? "is made of words that everybody tries first" : undefined;
}

interface Derivation {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly nonce: Uint8Array;
  readonly tagLength: number;
}

function derive(password: Redacted<string>, derivation: Derivation): Promise<Buffer> {
  // One spelling of a character that Unicode can write in several ways, or a keyboard decides whether the password is right.
  const message = password.reveal().normalize("NFC");
  return queue.run(
    () =>
      new Promise((resolve, reject) => {
        argon2("argon2id", { message, ...derivation }, (error, tag) => (error === null ? resolve(tag) : reject(error)));
      }),
  );
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}
