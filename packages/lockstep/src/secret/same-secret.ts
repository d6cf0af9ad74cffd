/** Constant-time comparison, the only way in which secrets are compared. */
import { Redacted } from "./redacted.ts";

const encoder = new TextEncoder();

/**
 * Tells whether a presented secret equals the expected one, in a time that does not depend on where they differ. `===` stops at
 * the first wrong character, which lets an attacker guess a secret piece by piece. This function costs a pass over the expected
 * value, whose length it does not hide. An empty `expected` never matches. Neither does a text with a lone surrogate, on either
 * side, because two different lone surrogates have the same encoding.
 */
export function sameSecret(presented: Redacted<string> | string, expected: string): boolean {
  const text = presented instanceof Redacted ? presented.reveal() : presented;
  if (expected === "" || !expected.isWellFormed() || !text.isWellFormed()) return false;
  return sameBytes(encoder.encode(text), encoder.encode(expected));
}

/**
 * Tells whether presented bytes equal the expected ones, in a time that does not depend on where they differ. It does not hide
 * their lengths.
 */
export function sameBytes(given: Uint8Array, wanted: Uint8Array): boolean {
  let difference = given.length ^ wanted.length;
  for (let index = 0; index < wanted.length; index += 1) {
    // A shorter value is repeated for the comparison. Its length has already decided the result.
    difference |= (given[index % Math.max(given.length, 1)] ?? 0) ^ (wanted[index] ?? 0);
  }
  return difference === 0;
}
