/** Checks a password that was counted as an attempt. */
import { type Redacted, type Secret, Unavailable } from "lockstep";
import { verifyPassword } from "./password-hash.ts";

/**
 * Checks whether a password is right. If too many checks are waiting, the password was not tried and the attempt does not count:
 * a busy server must not get its users throttled.
 *
 * @throws Unavailable if too many checks are waiting
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
