/** Reads single environment variables. Each error names its variable, and says what to set. */
import { BuildError } from "../../problem/error.ts";

/** Variables by name. An empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text, or `undefined` if it is not set. */
export function optionalText(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** A list that spaces separate; empty if it is not set. */
export function textList(env: Environment, name: string): readonly string[] {
  return (env[name] ?? "").split(/\s+/).filter((text) => text !== "");
}

/** A list of known names; `otherwise` if it is not set. @throws BuildError `wrong_option` */
export function nameList<N extends string>(env: Environment, name: string, known: readonly N[], otherwise: N): readonly N[] {
  const names = textList(env, name);
  const unknown = names.find((each) => !known.some((one) => one === each));
  if (unknown !== undefined) throw wrong(`Set ${name} to one of these names: ${known.join(", ")}`);
  // Each is one of `known`.
  return names.length === 0 ? [otherwise] : (names as N[]);
}

/** One of some words. @throws BuildError `wrong_option` */
export function oneOf<W extends string>(env: Environment, name: string, words: readonly W[], otherwise: W): W {
  const text = optionalText(env, name);
  const found = words.find((word) => word === text);
  if (text !== undefined && found === undefined) throw wrong(`Set ${name} to ${words.join(", ")}, or leave it out`);
  return found ?? otherwise;
}

/** A switch: `1`, or `0` and not set. @throws BuildError `wrong_option` */
export function choice(env: Environment, name: string): boolean {
  const value = optionalText(env, name) ?? "0";
  if (value === "0" || value === "1") return value === "1";
  throw wrong(`Set ${name} to 1 or 0`);
}

/**
 * A JSON object for all of `count`, or a list with one for each; an empty list if it is not set.
 *
 * @throws BuildError `wrong_option`
 */
export function jsonObjects(env: Environment, name: string, count: number): readonly object[] {
  const text = optionalText(env, name);
  if (text === undefined) return [];
  const value = parsed(text);
  const all: readonly unknown[] = Array.isArray(value) ? value : Array.from({ length: count }, () => value);
  if (all.length === count && all.every(isRecord)) return all;
  throw wrong(`Set ${name} to a JSON object, or to a list with one for each issuer, for example {"client":"notes"}`);
}

/** Parameters in the form of a query: `audience=notes&prompt=login`; `undefined` if it is not set. */
export function parameters(env: Environment, name: string): Readonly<Record<string, string>> | undefined {
  const text = optionalText(env, name);
  return text === undefined ? undefined : Object.fromEntries(new URLSearchParams(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says what to write instead.
    return undefined;
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", message);
}
