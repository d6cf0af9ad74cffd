/**
 * What the claims of an access token must say (RFC 7519 §4.1, RFC 9068 §2.2 and §4). This module owns the rules and the
 * shape that the application gets; whether the signature is right is decided in `verify-jws.ts`.
 */
import { InvalidCredential } from "../problem/error.ts";
import { isAbsent } from "../json/member.ts";
import { type ClaimCheck, type ClaimRule, nameIn, refusedWithout } from "./claim-rule.ts";
import { parseJsonPart } from "./compact-jws.ts";
import { isJsonObject, type JsonObject, type StrictJsonLimits } from "../json/strict-json.ts";

/**
 * Verified claims: a frozen record without a prototype, shared by every request with the same token. A claim that
 * is not named here is `unknown`: check it before you use it.
 */
export interface Claims {
  /** Of a token without it, which the option `withoutIssuer` accepts, the trust domain. */
  readonly iss: string;
  /**
   * Of a token without it, the text that the option `withoutSubject` makes. One line of 1 to 255 printable characters, as are
   * `jti`, `sid` and `client_id`: see `isPrintableLine`.
   */
  readonly sub: string;
  readonly aud: string | readonly string[];
  /** Seconds since the epoch, possibly with a fraction. */
  readonly exp: number;
  /**
   * Seconds since the epoch. Of a token without it, which the option `iat` accepts, it is the earliest moment at which the token
   * can have been issued.
   */
  readonly iat: number;
  readonly nbf?: number;
  readonly jti?: string;
  readonly sid?: string;
  /** Scopes separated by single spaces, already checked, from the claim of the option `scopeClaim`: `parseScope` splits them. */
  readonly scope?: string;
  readonly client_id?: string;
  readonly [name: string]: unknown;
}

/** What a verifier expects of claims. */
export interface ClaimRules {
  readonly issuer: string;
  /** The names of this API in `aud`; none if the tokens have no `aud`. */
  readonly audiences: readonly string[];
  /** All checks, in the order in which they run: see `checksOfClaims`. */
  readonly checks: readonly ClaimCheck<ClaimRules>[];
  readonly iat: "required" | "optional";
  readonly clockToleranceSeconds: number;
  readonly maxLifetimeSeconds: number;
}

/** Registered claims. `null` and an empty list in one of them are the same as none: serializers write them. */
const registered = ["sub", "aud", "iat", "nbf", "jti", "sid", "client_id", "scope", "azp"] as const;
/** How deep and how large the claims of a token may be. */
export const payloadLimits: StrictJsonLimits = { maxDepth: 16, maxMembers: 2_000 };
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
  dropAbsent(claims);
  for (const { check } of rules.checks) check(claims, rules, nowMs);
  freezeDeep(claims);
  // Each named member was checked above; the rest is `unknown` in the type as well.
  return claims as unknown as Claims;
}

/** A claim that was checked, and why it refuses the token, if it does. */
export interface ClaimVerdict {
  readonly claim: string;
  readonly refusal: string | undefined;
}

/**
 * Runs every check of `checkClaims` and returns all verdicts in order, for a person who asks why a token is refused. The first
 * refusal is the one that `checkClaims` throws. Like it, this writes some claims in the form that `Claims` has.
 */
export function verdictsOnClaims(claims: JsonObject, rules: ClaimRules, nowMs: number): readonly ClaimVerdict[] {
  dropAbsent(claims);
  return rules.checks.map(({ claim, check }) => ({ claim, refusal: refusalOf(() => check(claims, rules, nowMs)) }));
}

/** The reason for which a check refuses a token; `undefined` if it does not. */
export function refusalOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof InvalidCredential) return error.reason;
    throw error;
  }
}

/**
 * All checks of claims in their order. `ofOptions` are the rules that options make, each with the claim that it is about; the one
 * for `iss` comes first.
 */
export function checksOfClaims(ofOptions: readonly (readonly [claim: string, rule: ClaimRule])[]): ClaimRules["checks"] {
  return [
    ...ofOptions.map(([claim, rule]) => ({ claim, check: rule })),
    ...["jti", "sid", "client_id"].map((claim) => ({ claim, check: (claims: JsonObject) => void nameIn(claims, claim) })),
    { claim: "events", check: checkNoEvent },
    { claim: "exp", check: checkExpiry },
    { claim: "iat", check: checkIssuedAt },
    { claim: "nbf", check: checkNotBefore },
  ];
}

function dropAbsent(claims: JsonObject): void {
  for (const name of registered) if (isAbsent(claims[name])) delete claims[name];
}

/** Only the holder of the key may use it (RFC 7800 §3.1). As a bearer token it would serve a thief, too. */
export function checkUnbound({ cnf }: Readonly<Record<string, unknown>>): void {
  if (cnf !== undefined) throw new InvalidCredential("the token is bound to a key");
}

/**
 * A logout token or a security event may have the issuer, audience and `typ` of an access token, and only this claim tells it
 * from one (RFC 8417 §4.6).
 */
function checkNoEvent({ events }: JsonObject): void {
  if (isJsonObject(events ?? null)) throw new InvalidCredential("a security event or a logout token");
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

function checkExpiry({ exp }: JsonObject, rules: ClaimRules, nowMs: number): void {
  if (!isTime(exp)) throw new InvalidCredential("exp is not a time");
  if (isExpired(exp, rules.clockToleranceSeconds, nowMs)) throw new InvalidCredential("expired");
}

function checkIssuedAt(claims: JsonObject, rules: ClaimRules, nowMs: number): void {
  const { exp } = claims;
  // The check before has refused it.
  if (!isTime(exp)) return;
  if (claims["iat"] === undefined && rules.iat === "optional") claims["iat"] = earliestIssue(exp, rules, nowMs);
  else checkLifetime(claims["iat"], exp, rules, nowMs);
}

/**
 * The earliest moment at which a token without `iat` can have been issued. An application that revokes all tokens which were
 * issued before some moment so refuses this one, too.
 */
function earliestIssue(exp: number, rules: ClaimRules, nowMs: number): number {
  const earliest = Math.max(0, exp - rules.maxLifetimeSeconds);
  if (!hasBegun(earliest, rules, nowMs)) throw refusedWithout("maxLifetimeSeconds", "the lifetime is too long");
  return earliest;
}

function checkLifetime(iat: unknown, exp: number, rules: ClaimRules, nowMs: number): void {
  if (iat === undefined) throw refusedWithout("iat", "no iat");
  if (!isTime(iat)) throw new InvalidCredential("iat is not a time");
  if (!hasBegun(iat, rules, nowMs)) throw new InvalidCredential("issued in the future");
  if (exp <= iat) throw new InvalidCredential("exp is not after iat");
  if (exp - iat > rules.maxLifetimeSeconds) throw refusedWithout("maxLifetimeSeconds", "the lifetime is too long");
}

function checkNotBefore({ nbf }: JsonObject, rules: ClaimRules, nowMs: number): void {
  if (nbf === undefined) return;
  if (!isTime(nbf)) throw new InvalidCredential("nbf is not a time");
  if (!hasBegun(nbf, rules, nowMs)) throw new InvalidCredential("not valid yet");
}

/** The moment itself has begun (RFC 7519 §4.1.5 "before which"); the tolerance lets it begin earlier. */
function hasBegun(time: number, { clockToleranceSeconds }: ClaimRules, nowMs: number): boolean {
  return (time - clockToleranceSeconds) * 1000 <= nowMs;
}

/** The record is shared between requests, so nothing in it may be changed. Its depth is bounded by `payloadLimits`. */
function freezeDeep(value: object): void {
  for (const member of Object.values(value)) {
    if (typeof member === "object" && member !== null) freezeDeep(member);
  }
  Object.freeze(value);
}
