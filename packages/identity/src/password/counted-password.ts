/** Checking a password that was counted as an attempt. */
import { type Redacted, type Secret, Unavailable } from "lockstep";
import { verifyPassword } from "./password-hash.ts";

/**
 * Tells whether a password is right. Where too many others are being checked, nothing was tried, and the attempt is given back: who
 * meets a busy server must not be throttled for it.
 *
 * @throws Unavailable where too many are waiting
 */
export async function verifyCounted(
  counted: { succeeded(): Promise<void> },
  password: Redacted<string>,
  hash: Secret<string> | undefined,
): Promise<boolean> {
  try {
    return await verifyPassword(password, hash);
  } catch (error) {
    if (error instanceof Unavailable) await counted.succeeded();
    throw error;
  }
}
