/**
 * Building a challenge for `WWW-Authenticate` (RFC 9110 §11.6.1). This module owns the syntax; which parameters a scheme
 * sends is the scheme's, when a challenge is sent the answer's.
 */
import { isPrintable, isToken } from "../http/token.ts";
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
 * are `undefined` are left out. `tokens` are parameters that are written without quotes, as RFC 7616 §3.3 demands of `algorithm`
 * and `stale`; they come last.
 *
 * @throws BuildError `wrong_scheme` for a name that is not a token (RFC 9110 §5.6.2), and for a value that a quoted string or a
 * token cannot hold
 *
 * @example
 * ```ts
 * const challenge = buildChallenge("Digest", { realm, nonce, qop: "auth" }, { algorithm: "SHA-256" });
 * ```
 */
export function buildChallenge(
  scheme: string,
  parameters: Readonly<Record<string, string | undefined>>,
  tokens: Readonly<Record<string, string | undefined>> = {},
): string {
  checkToken("scheme", scheme);
  const written = [...writeAll(parameters, quotedString), ...writeAll(tokens, (text) => checkToken("value", text))];
  return written.length === 0 ? scheme : `${scheme} ${written.join(", ")}`;
}

function writeAll(parameters: Readonly<Record<string, string | undefined>>, write: (text: string) => string): string[] {
  return Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : `${checkToken("parameter", name)}=${write(value)}`,
  );
}

function checkToken(what: string, text: string): string {
  if (typeof text === "string" && isToken(text)) return text;
  throw new BuildError(
    "wrong_scheme",
    `buildChallenge(): write the ${what} as a token, such as "Bearer" or "SHA-256": no spaces, quotes, commas or letters outside ASCII`,
  );
}
