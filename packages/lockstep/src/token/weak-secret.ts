/**
 * Secrets that are long enough and still known to everyone: the examples of manuals, words that mean "change me", and bytes
 * with a pattern. The list is short on purpose; it stops what is copied and pasted, not what is guessed with patience,
 * which the minimum length of 32 random bytes is for. A random secret is refused with a chance below 10^-6.
 */
import { isPrintable } from "../http/token.ts";
import { encodeHex } from "../secret/encoding.ts";

/** Text that no random secret holds, in lower case and without punctuation. */
const tellingWords = [
  "secret",
  "password",
  "passwd",
  "changeme",
  "changethis",
  "replaceme",
  "example",
  "12345678",
  "qwerty",
  "letmein",
];

/** Published secrets, as they stand in the manual they come from. */
const published: ReadonlySet<string> = new Set([
  // FastAPI's security tutorial.
  "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
  // RFC 7515 appendix A.1, in hexadecimal as every entry here that is not text.
  "0323354b2b0fa5bc837e0665777ba68f5ab328e6f054c928a90f84b2d2502ebfd3fb5a92d20647ef968ab4c377623d223d2e2172052e4f08c0cd9af567d080a3",
]);

const fewestDistinctBytes = 8;

/** Says what is wrong with a secret; `undefined` if nothing is. The answer holds no part of it. */
export function secretWeakness(bytes: Uint8Array): string | undefined {
  if (new Set(bytes).size < fewestDistinctBytes) return "it is made of a handful of different bytes";
  if (isProgression(bytes)) return "its bytes follow a pattern";
  if (isRepetition(bytes)) return "it repeats itself";
  const text = String.fromCharCode(...bytes.subarray(0, 256)).toLowerCase();
  if (published.has(text) || published.has(encodeHex(bytes))) return "it is printed in a manual";
  const letters = text.replaceAll(/[^a-z0-9]/g, "");
  if (isPrintable(text) && tellingWords.some((word) => letters.includes(word))) return "it is words, not random bytes";
  return undefined;
}

/** Every byte differs from the one before by the same amount: 0, 1, 2, 3 … */
function isProgression(bytes: Uint8Array): boolean {
  const steps = new Set(bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0)));
  return steps.size <= 1;
}

/** The secret is a shorter one written at least twice. */
function isRepetition(bytes: Uint8Array): boolean {
  for (let period = 1; period <= bytes.length / 2; period += 1) {
    if (bytes.every((byte, index) => byte === bytes[index % period])) return true;
  }
  return false;
}
