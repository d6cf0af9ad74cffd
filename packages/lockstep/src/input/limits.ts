/**
 * How much of a request is read. Every limit has a default, and none can be switched off. What JSON may be (no member twice, no
 * `__proto__`) is not a limit and has no option.
 */
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";

/** The bounds of a request's inputs. Reaching past one is 413 (or 400 where the name says so). */
export interface InputLimits {
  /** The longest body, in bytes. Default 1,048,576 (1 MiB). */
  readonly maxBodyBytes: number;
  /** How deep JSON may be nested; `[]` is 1. Default 32, at most 200. */
  readonly maxJsonDepth: number;
  /** The members of all objects and the items of all arrays of a JSON body together. Default 10,000. */
  readonly maxJsonMembers: number;
  /** The `name=value` pairs of a query or a form. Default 1,000. */
  readonly maxParameters: number;
  /** The cookies of a request. Default 200: a browser keeps at most 180 for one site. */
  readonly maxCookies: number;
}

/** The limits of an API that sets none. */
export const defaultLimits: InputLimits = Object.freeze({
  maxBodyBytes: 1_048_576,
  maxJsonDepth: 32,
  maxJsonMembers: 10_000,
  maxParameters: 1000,
  maxCookies: 200,
});

const knownLimits: KnownOptions<InputLimits> = {
  maxBodyBytes: true,
  maxJsonDepth: true,
  maxJsonMembers: true,
  maxParameters: true,
  maxCookies: true,
};

/** The JSON reader recurses. */
const deepest = 200;

/**
 * The limits of an API or of one route: the given ones, and for the others the values that would apply otherwise.
 *
 * @throws BuildError `wrong_option` for a limit that is unknown, or no whole number within its range
 */
export function inputLimits(given: Partial<InputLimits> = {}, otherwise: InputLimits = defaultLimits): InputLimits {
  checkOptions<InputLimits>("limits", given, knownLimits);
  for (const [name, value] of Object.entries(given)) {
    checkLimit("limits", name, value, name === "maxJsonDepth" ? { most: deepest } : {});
  }
  return Object.freeze({ ...otherwise, ...given });
}

/**
 * Checks a limit: a whole number, from 1 on unless `least` says otherwise.
 *
 * @throws BuildError `wrong_option`
 */
export function checkLimit(
  where: string,
  name: string,
  value: unknown,
  { least = 1, most = Number.MAX_SAFE_INTEGER }: { readonly least?: number; readonly most?: number } = {},
): void {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new BuildError("wrong_option", `${where}: set "${name}" to a whole number from ${least} to ${most}`);
}
