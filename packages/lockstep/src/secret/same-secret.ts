/** Constant-time comparison, the only way a secret is compared. */
import { Redacted } from "./redacted.ts";

const encoder = new TextEncoder();

/**
 * Tells whether a presented secret equals the expected one, in time that does not depend on where they differ. `===` on a
 * secret stops at the first wrong character, which lets an attacker guess it piece by piece; this costs a pass over the
 * expected value's length. The length of `expected` is not hidden. An empty `expected` never matches, nor does what is no
 * Unicode text on either side: encoded, two different lone surrogates would be equal.
 */
export function sameSecret(presented: Redacted<string> | string, expected: string): boolean {
  const text = presented instanceof Redacted ? presented.reveal() : presented;
  if (expected === "" || !expected.isWellFormed() || !text.isWellFormed()) return false;
  const given = encoder.encode(text);
  const wanted = encoder.encode(expected);
  let difference = given.length ^ wanted.length;
  for (let index = 0; index < wanted.length; index += 1) {
    // A shorter value is compared with itself wrapped around; its length has already decided.
    difference |= (given[index % Math.max(given.length, 1)] ?? 0) ^ (wanted[index] ?? 0);
  }
  return difference === 0;
}
