/** Checks new keys. Every rule is checked here, whether a route, the command line or the application makes the key. */
import { problem } from "lockstep";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import { isExternalOwnerId } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import type { KeyOwner } from "./api-key.ts";

/** The longest life of a key, in days. */
export const maxExpiresInDays = 366;
/** The default life of a key, in days. */
export const defaultExpiresInDays = 90;
/** The longest time that a key keeps working after it was replaced, in seconds: 7 days. */
export const maxGraceSeconds: number = 7 * 86_400;
/** The default time that a key keeps working after it was replaced, in seconds: one hour. */
export const defaultGraceSeconds = 3600;
/** The maximum number of scopes of a request. */
export const maxScopes = 100;

/**
 * A name: 1 to 100 code points on one line, at least one of them not a space. Control characters, and characters that change the
 * direction of text, could forge a line of a log or a list. A lone surrogate cannot be stored.
 */
export const namePattern: RegExp = /^(?=.*\S)[^\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]{1,100}$/u;

const dayMs = 86_400_000;

/**
 * Checks the name of a key.
 *
 * @throws Problem `invalid_input` (422)
 */
export function checkName(name: string): string {
  if (!namePattern.test(name)) invalid("The name must be one line of 1 to 100 characters, without control characters.");
  return name;
}

/**
 * Checks the owner of a new key.
 *
 * @throws Problem `invalid_input` (422) for an external owner whose id has another form than `org:42`
 * @throws WrongIdentityOption for an external owner without `scopesOfOwner`
 */
export function checkOwner(owner: KeyOwner, { scopesOfOwner }: Pick<Settings, "scopesOfOwner">): KeyOwner {
  if (!("external" in owner)) return owner;
  if (scopesOfOwner === undefined)
    throw new WrongIdentityOption("Set `scopesOfOwner` in identity(): it says which scopes an owner of your application has");
  if (!isExternalOwnerId(owner.external)) invalid("An external owner's id must be a kind, a colon and an id, such as org:42.");
  return owner;
}

/**
 * Returns when a new key expires, in milliseconds since 1970. `undefined` means never.
 *
 * @throws Problem `invalid_input` (422) if the life is not a whole number from 1 to 366 days, or if a key of anyone
 * but a service account would never expire
 */
export function expiryOf(days: number | "never" | undefined, owner: KeyOwner, now: number): number | undefined {
  if (days === "never" && "client" in owner) return undefined;
  const life = days ?? defaultExpiresInDays;
  if (typeof life !== "number" || !Number.isInteger(life) || life < 1 || life > maxExpiresInDays) {
    invalid(`A key must expire in 1 to ${maxExpiresInDays} days.`);
  }
  return now + life * dayMs;
}

/** Returns when the replacement of a key expires: it has the same life as the key that it replaces. */
export function expiryOfSuccessor(
  old: { readonly createdAt: number; readonly expiresAt: number | undefined },
  now: number,
): number | undefined {
  if (old.expiresAt === undefined) return undefined;
  return now + Math.min(old.expiresAt - old.createdAt, maxExpiresInDays * dayMs);
}

/**
 * Checks a grace period.
 *
 * @throws Problem `invalid_input` (422) if it is not a whole number of seconds from 0 to 7 days
 */
export function checkGrace(seconds: number = defaultGraceSeconds): number {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= maxGraceSeconds) return seconds;
  invalid(`The grace must be 0 to ${maxGraceSeconds} seconds.`);
}

/**
 * Returns the scopes of a new key, without duplicates. The caller must hold each of them (K-07).
 *
 * @throws Problem `scope_not_held` (403)
 */
export function checkHeld(asked: readonly string[], held: readonly string[]): readonly string[] {
  if (asked.length <= maxScopes && asked.every((scope) => held.includes(scope))) return [...new Set(asked)];
  problem(403, "scope_not_held", "A key can only have scopes that its owner and its maker have.");
}

function invalid(detail: string): never {
  problem(422, "invalid_input", detail);
}
