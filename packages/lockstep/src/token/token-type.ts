/** The `typ` header (RFC 7515 §4.1.9, RFC 8725 §3.11): it keeps an ID token or a logout token from acting as an access token. */

import { refusedWithout } from "./claim-rule.ts";

/** The case that a member of a token is not there at all. */
export interface Absent {
  readonly absent: true;
}

/**
 * The `typ` of a token: one text (`"at+jwt"` for RFC 9068 access tokens), `{ absent: true }` for an issuer that writes none, or a
 * list of these. The ID tokens of an issuer may have any `typ` but `"at+jwt"`: then tell them apart with `audience` or
 * `requiredClaims`.
 */
export type ExpectedType = string | Absent | readonly [string | Absent, ...(string | Absent)[]];

/** Tells whether a token's `typ` is an expected one. Media types are case-insensitive and may spell out `application/`. */
export type TypeCheck = (typ: string | undefined) => boolean;

/** Refuses a token of another type. @throws InvalidCredential */
export function checkType(typ: string | undefined, isExpected: TypeCheck): void {
  if (!isExpected(typ)) throw refusedWithout("typ", "another type of token");
}

/** Makes the check for an expected type; `undefined` if the expectation is not a type. */
export function typeCheck(expected: unknown): TypeCheck | undefined {
  const expectations = readExpectations(expected);
  if (expectations === undefined) return undefined;
  const types = new Set([...expectations].map(mediaType));
  return (typ) => types.has(mediaType(typ));
}

/**
 * Reads the expected values of a member; `undefined` among them says that it may be absent. Returns `undefined` for anything
 * else.
 */
export function readExpectations(expected: unknown): ReadonlySet<string | undefined> | undefined {
  const members: readonly unknown[] = Array.isArray(expected) ? expected : [expected];
  if (members.length === 0 || !members.every((each) => isAbsentCase(each) || (typeof each === "string" && each !== "")))
    return undefined;
  return new Set(members.map((each) => (typeof each === "string" ? each : undefined)));
}

function isAbsentCase(value: unknown): value is Absent {
  return typeof value === "object" && value !== null && "absent" in value && value.absent === true;
}

/** "application/" may be left out when no other "/" follows (RFC 7515 §4.1.9). */
function mediaType(typ: string | undefined): string | undefined {
  if (typ === undefined) return undefined;
  const lower = typ.toLowerCase();
  return lower.includes("/") ? lower : `application/${lower}`;
}
