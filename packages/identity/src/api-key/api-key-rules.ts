/** What a new key may be. Every rule is checked here, whoever asks: a route, the command line or the application. */
import { problem } from "lockstep";
import type { KeyOwner } from "./api-key.ts";

/** The longest life of a key, in days. */
export const maxExpiresInDays = 366;
/** The life of a key that was given none, in days. */
export const defaultExpiresInDays = 90;
/** The longest time that a key works on after it was replaced, in seconds: 7 days. */
export const maxGraceSeconds: number = 7 * 86_400;
/** The same where nothing is said: an hour. */
export const defaultGraceSeconds = 3600;
/** How many scopes may be asked for. */
export const maxScopes = 100;

/**
 * A name: 1 to 100 code points on one line, not all of them spaces. Control characters and those that turn the direction of
 * text could forge a line of a log or a list; a lone surrogate cannot be stored.
 */
export const namePattern: RegExp = /^(?=.*\S)[^\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]{1,100}$/u;

const dayMs = 86_400_000;

/** @throws Problem `invalid_input` (422) */
export function checkName(name: string): string {
  if (!namePattern.test(name)) invalid("The name is one line of 1 to 100 characters, without control characters.");
  return name;
}

/**
 * When a new key expires, in milliseconds since 1970.
 *
 * @throws Problem `invalid_input` (422) for a life that is no whole number from 1 to 366 days; a key of a user always expires
 */
export function expiryOf(days: number | "never" | undefined, owner: KeyOwner, now: number): number | undefined {
  if (days === "never" && "client" in owner) return undefined;
  const life = days ?? defaultExpiresInDays;
  if (typeof life !== "number" || !Number.isInteger(life) || life < 1 || life > maxExpiresInDays) {
    invalid(`A key expires in 1 to ${maxExpiresInDays} days.`);
  }
  return now + life * dayMs;
}

/** When the key that takes the place of another expires: it lives as long as that one was to live. */
export function expiryOfSuccessor(
  old: { readonly createdAt: number; readonly expiresAt: number | undefined },
  now: number,
): number | undefined {
  if (old.expiresAt === undefined) return undefined;
  return now + Math.min(old.expiresAt - old.createdAt, maxExpiresInDays * dayMs);
}

/** @throws Problem `invalid_input` (422) for a grace that is no whole number of seconds from 0 to 7 days */
export function checkGrace(seconds: number = defaultGraceSeconds): number {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= maxGraceSeconds) return seconds;
  invalid(`The grace is 0 to ${maxGraceSeconds} seconds.`);
}

/**
 * The scopes of a new key, each once: only what whoever makes it holds themselves (K-07).
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
