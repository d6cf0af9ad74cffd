/** The `typ` header (RFC 7515 §4.1.9, RFC 8725 §3.11): it keeps an ID token or a logout token from acting as an access token. */

/**
 * What `typ` a token must have: one text (`"at+jwt"` for RFC 9068 access tokens), one of several, or `{ absent: true }` for
 * an issuer that writes none; then a token that has one is refused.
 */
export type ExpectedType = string | readonly [string, ...string[]] | { readonly absent: true };

/** Tells whether a token's `typ` is an expected one. Media types are case-insensitive and may spell out `application/`. */
export type TypeCheck = (typ: string | undefined) => boolean;

/** Makes the check for an expected type; `undefined` if the expectation is not a type. */
export function typeCheck(expected: unknown): TypeCheck | undefined {
  if (typeof expected === "object" && expected !== null && "absent" in expected) {
    return expected.absent === true ? (typ) => typ === undefined : undefined;
  }
  const names: readonly unknown[] = Array.isArray(expected) ? expected : [expected];
  if (names.length === 0 || !names.every((name) => typeof name === "string" && name !== "")) return undefined;
  const types = new Set(names.map((name) => mediaType(String(name))));
  return (typ) => typ !== undefined && types.has(mediaType(typ));
}

/** "application/" may be left out when no other "/" follows (RFC 7515 §4.1.9). */
function mediaType(typ: string): string {
  const lower = typ.toLowerCase();
  return lower.includes("/") ? lower : `application/${lower}`;
}
