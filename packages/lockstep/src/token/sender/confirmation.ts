/** `cnf`: the key that a token is bound to (RFC 7800 §3.1). */
import { InvalidCredential } from "../../problem/error.ts";
import type { TokenClaims } from "../../dependency/presented-token.ts";

/**
 * The members of `cnf` that are understood: the thumbprint of a proof key (RFC 9449 §6.1), and of a certificate (RFC 8705 §3.1).
 */
export type ConfirmationMember = "jkt" | "x5t#S256";

/** A SHA-256 in base64url. */
const thumbprint = /^[A-Za-z0-9_-]{43}$/;

/**
 * The thumbprint that a token is bound to; `undefined` if it is bound to nothing. A token that is bound to anything else is
 * refused, also beside a member that is understood: nobody would check the rest.
 *
 * @throws InvalidCredential
 */
export function boundTo({ cnf }: TokenClaims, member: ConfirmationMember): string | undefined {
  if (cnf === undefined) return undefined;
  if (typeof cnf !== "object" || cnf === null) throw new InvalidCredential("cnf is not an object");
  const entries = Object.entries(cnf);
  const [only] = entries;
  if (entries.length !== 1 || only?.[0] !== member)
    throw new InvalidCredential(`the token is bound to a key in another way than by ${member}`);
  const [, value] = only;
  if (typeof value === "string" && thumbprint.test(value)) return value;
  throw new InvalidCredential(`cnf.${member} is not a thumbprint`);
}
