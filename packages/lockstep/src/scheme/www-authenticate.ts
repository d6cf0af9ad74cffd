/**
 * Building a challenge for `WWW-Authenticate` (RFC 9110 §11.6.1). This module owns the syntax; which parameters a scheme
 * sends is the scheme's, when a challenge is sent the answer's.
 */
import { isPrintable } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";

const special = /["\\]/g;

/**
 * Writes a text as a quoted string (RFC 9110 §5.6.4): `"` and `\` are escaped. Only printable ASCII can be written: a line
 * break would let a realm add a header of its own, and other characters have no agreed meaning in a header (§5.5).
 *
 * @throws BuildError `wrong_scheme` for a control character or anything outside ASCII
 */
export function quotedString(text: string): string {
  if (!isPrintable(text)) {
    throw new BuildError(
      "wrong_scheme",
      "leave control characters and letters outside ASCII out of the realm: a challenge is printable ASCII",
    );
  }
  return `"${text.replace(special, "\\$&")}"`;
}

/**
 * Builds one challenge: the scheme and its parameters in the order of the record, each as a quoted string. Parameters that
 * are `undefined` are left out.
 *
 * @throws BuildError `wrong_scheme` for a value that a quoted string cannot hold
 */
export function buildChallenge(scheme: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const written: string[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) written.push(`${name}=${quotedString(value)}`);
  }
  return `${scheme} ${written.join(", ")}`;
}
