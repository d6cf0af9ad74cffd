/** The two ways in which a credential that was sent cannot be used: it cannot be read, or there is more than one. */
import { Refusal } from "../outcome/refusal.ts";

/**
 * The result of `extract` for a credential that is present but cannot be read. The request ends with **401** `invalid_token`
 * and a challenge, in the same words whatever the reason. Return this instead of `undefined`: a request with a broken
 * credential would otherwise be served as one without, where a route has other ways in.
 *
 * `reason` is for the audit log only. It must not contain any part of the credential.
 *
 * @example
 * ```ts
 * const notHex = malformedCredential("ticket: not 64 hexadecimal digits");
 * ```
 */
export function malformedCredential(reason: string): Refusal {
  return new Refusal("invalid", reason);
}

/**
 * The result of `extract` for more than one credential of the scheme. The request ends with **400** `repeated_credential`. Two
 * servers that read one request differ in which of two values they keep; an attacker uses that to show each of them another
 * identity.
 *
 * `reason` must not contain any part of a credential.
 *
 * @example
 * ```ts
 * const values = source.request.headers("x-ticket");
 * if (values.length > 1) return repeatedCredential("X-Ticket: more than one value");
 * ```
 */
export function repeatedCredential(reason: string): Refusal {
  return new Refusal("repeated", reason);
}
