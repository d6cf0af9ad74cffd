/**
 * The common part of the rules for claims. A rule is a function that refuses claims, or writes one of them as `Claims` has it.
 * The options of a verifier become a list of rules once; `claims.ts` runs the list for every token. Each option has a file
 * beside this one.
 */
import { BuildError, InvalidCredential } from "../problem/error.ts";
import type { JsonObject } from "../json/strict-json.ts";
import { isPrintableLine } from "./printable-line.ts";

/** Checks claims whose issuer is right. @throws InvalidCredential */
export type ClaimRule = (claims: JsonObject) => void;

/** A check of claims, and the claim that it is about. The checks of a verifier run in order; the first one that fails decides. */
export interface ClaimCheck<Rules> {
  readonly claim: string;
  /** @throws InvalidCredential */
  readonly check: (claims: JsonObject, rules: Rules, nowMs: number) => void;
}

/** The options that can let a token pass which the strict profile refuses. The manual says which attack each of them opens. */
export type InteropOption =
  | "audience"
  | "extraAudiences"
  | "typ"
  | "ignoredHeaders"
  | "scopeClaim"
  | "withoutSubject"
  | "withoutIssuer"
  | "iat"
  | "maxLifetimeSeconds"
  | "maxTokenBytes";

/**
 * A refusal that an option could turn into an acceptance. The audit event names the option; the answer is the same as ever.
 */
export function refusedWithout(option: InteropOption, reason: string): InvalidCredential {
  return new InvalidCredential(`${reason} (see the option ${option})`);
}

/** The option that the reason of a refusal names. */
export function optionNamedIn(reason: string): string | undefined {
  return / \(see the option (\w+)\)$/.exec(reason)?.[1];
}

/** An option of `jwtVerifier` that cannot be used. */
export function wrongOption(message: string): BuildError {
  return new BuildError("wrong_option", message);
}

/** A text of an option that is not empty. @throws BuildError `wrong_option` */
export function requiredText(value: unknown, name: string, what: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrongOption(`Set \`${name}\` to ${what}`);
}

/** One or more texts of an option. @throws BuildError `wrong_option` */
export function requiredTexts(value: unknown, name: string, what: string): ReadonlySet<string> {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (texts.length === 0) throw wrongOption(`Set \`${name}\` to ${what}`);
  return new Set(texts.map((each) => requiredText(each, name, what)));
}

/** A claim that is text, or absent. @throws InvalidCredential */
export function textOf(claims: JsonObject, name: string): string | undefined {
  const value = claims[name];
  if (value === undefined || typeof value === "string") return value;
  throw new InvalidCredential(`${name} is not a text`);
}

/**
 * A claim that names someone or something, or is absent. It ends in audit logs, revocation keys and databases, and is compared
 * there as it is. @throws InvalidCredential
 */
export function nameIn(claims: JsonObject, name: string): string | undefined {
  const value = textOf(claims, name);
  if (value === undefined || isPrintableLine(value)) return value;
  throw new InvalidCredential(`${name} is not one printable line`);
}
