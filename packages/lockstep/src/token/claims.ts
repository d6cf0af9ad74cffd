/**
 * What the claims of an access token must say (RFC 7519 §4.1, RFC 9068 §2.2 and §4). This module owns the rules and the
 * shape that the application gets; whether the signature is right is decided in `verify-jws.ts`.
 */
import { InvalidCredential } from "../problem/error.ts";
import { parseJsonPart } from "./compact-jws.ts";
import { isPrintableLine } from "./printable-line.ts";
import { parseScope } from "./scope-claim.ts";
import type { JsonObject, StrictJsonLimits } from "../json/strict-json.ts";

/**
 * Verified claims: a frozen record without a prototype, shared by every request with the same token. A claim that
 * is not named here is `unknown`: check it before you use it.
 */
export interface Claims {
  readonly iss: string;
  /** One line of 1 to 255 printable characters, as are `jti`, `sid` and `client_id`: see `isPrintableLine`. */
  readonly sub: string;
  readonly aud: string | readonly string[];
  /** Seconds since the epoch, possibly with a fraction. */
  readonly exp: number;
  /** Seconds since the epoch. Always there, because the lifetime of a token is limited. */
  readonly iat: number;
  readonly nbf?: number;
  readonly jti?: string;
  readonly sid?: string;
  /** Scopes separated by single spaces, already checked: `parseScope` splits them. */
  readonly scope?: string;
  readonly client_id?: string;
  readonly [name: string]: unknown;
}

/** What a verifier expects of claims. */
export interface ClaimRules {
  readonly issuer: string;
  readonly audiences: ReadonlySet<string>;
  readonly allowExtraAudiences: boolean;
  readonly clockToleranceSeconds: number;
  readonly maxLifetimeSeconds: number;
}

const payloadLimits: StrictJsonLimits = { maxDepth: 16, maxMembers: 2_000 };
/**
 * The year 71,654. A time that an issuer writes in milliseconds by mistake may be below it; the check of the lifetime or of `iat`
 * refuses that.
 */
const latestTime = 2 ** 41;

/**
 * Reads a payload, in canonical base64url, as claims and checks all that can be known without a key.
 *
 * @throws InvalidCredential
 */
export function parseClaims(encodedPayload: string, rules: ClaimRules, nowMs: number): Claims {
  return checkClaims(parseJsonPart(encodedPayload, payloadLimits), rules, nowMs);
}

/**
 * Checks claims that were read from a token, or that an issuer returned for one, and freezes them.
 *
 * @throws InvalidCredential
 */
export function checkClaims(claims: JsonObject, rules: ClaimRules, nowMs: number): Claims {
  const { iss, sub, exp, iat, aud } = claims;
  if (iss !== rules.issuer) throw new InvalidCredential("another issuer");
  checkAudience(aud, rules);
  if (typeof sub !== "string" || sub === "") throw new InvalidCredential("no subject");
  checkName(claims, "sub");
  if (!isTime(exp)) throw new InvalidCredential("exp is not a time");
  if (isExpired(exp, rules.clockToleranceSeconds, nowMs)) throw new InvalidCredential("expired");
  checkLifetime(iat, exp, rules, nowMs);
  checkNotBefore(claims["nbf"], rules, nowMs);
  for (const name of ["jti", "sid", "client_id"]) checkName(claims, name);
  checkText(claims, "scope");
  if (typeof claims["scope"] === "string" && parseScope(claims["scope"]) === undefined) {
    throw new InvalidCredential("scope is not a list of scopes");
  }
  freezeDeep(claims);
  // Each named member was checked above; the rest is `unknown` in the type as well.
  return claims as unknown as Claims;
}

/**
 * Tells whether a token has expired. The moment `exp` itself is too late, as RFC 7519 §4.1.4 has it ("on or after"); the
 * tolerance is added: with 5 s, a token with `exp` 100 is valid at 104.999 and expired at 105. If the clock does not return a
 * number, every token is expired.
 */
export function isExpired(exp: number, toleranceSeconds: number, nowMs: number): boolean {
  return !(nowMs < (exp + toleranceSeconds) * 1000);
}

/** A NumericDate (RFC 7519 §2): a finite number, fractions allowed, neither before the epoch nor absurdly late (J-23). */
function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= latestTime;
}

/** `aud` names us and, unless configured, nobody else: another of its audiences could present the token here. */
function checkAudience(aud: unknown, rules: ClaimRules): void {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  let ours = 0;
  for (const audience of named) {
    if (typeof audience !== "string") throw new InvalidCredential("no audience");
    if (rules.audiences.has(audience)) ours += 1;
  }
  if (ours === 0) throw new InvalidCredential("another audience");
  if (ours < named.length && !rules.allowExtraAudiences) throw new InvalidCredential("further audiences");
}

function checkLifetime(iat: unknown, exp: number, rules: ClaimRules, nowMs: number): void {
  if (!isTime(iat)) throw new InvalidCredential("iat is not a time");
  if (!hasBegun(iat, rules, nowMs)) throw new InvalidCredential("issued in the future");
  if (exp <= iat || exp - iat > rules.maxLifetimeSeconds) throw new InvalidCredential("the lifetime is too long or none");
}

function checkNotBefore(nbf: unknown, rules: ClaimRules, nowMs: number): void {
  if (nbf === undefined) return;
  if (!isTime(nbf)) throw new InvalidCredential("nbf is not a time");
  if (!hasBegun(nbf, rules, nowMs)) throw new InvalidCredential("not valid yet");
}

/** The moment itself has begun (RFC 7519 §4.1.5 "before which"); the tolerance lets it begin earlier. */
function hasBegun(time: number, { clockToleranceSeconds }: ClaimRules, nowMs: number): boolean {
  return (time - clockToleranceSeconds) * 1000 <= nowMs;
}

function checkText(claims: JsonObject, name: string): void {
  const value = claims[name];
  if (value !== undefined && typeof value !== "string") throw new InvalidCredential(`${name} is not a text`);
}

/** What names someone or something ends in audit logs, revocation keys and databases, and is compared there as it is. */
function checkName(claims: JsonObject, name: string): void {
  checkText(claims, name);
  const value = claims[name];
  if (typeof value === "string" && !isPrintableLine(value)) throw new InvalidCredential(`${name} is not one printable line`);
}

/** The record is shared between requests, so nothing in it may be changed. Its depth is bounded by `payloadLimits`. */
function freezeDeep(value: object): void {
  for (const member of Object.values(value)) {
    if (typeof member === "object" && member !== null) freezeDeep(member);
  }
  Object.freeze(value);
}
