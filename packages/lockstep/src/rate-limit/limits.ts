/** The limits of a rate limit: their values, and their names for clients. */
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { CountedLimit } from "./store.ts";

/** One limit: as many points in each window. */
export interface RateLimitWindow {
  /** Its name in the headers. Default: the name of the rate limit, with the window if there are several limits. */
  readonly name?: string;
  /** The requests that are allowed in a window, or what they may cost together. */
  readonly points: number;
  /** The length of a window in seconds, at most 31 days. */
  readonly windowSeconds: number;
}

/** A checked limit, and its name for clients. */
export interface NamedLimit extends CountedLimit {
  readonly policy: string;
}

const known: KnownOptions<RateLimitWindow> = { name: true, points: true, windowSeconds: true };
const maxWindowSeconds = 31 * 86_400;
const namePattern = /^[A-Za-z][A-Za-z0-9_-]{0,47}$/;

/** @throws BuildError `wrong_option` for a name that keys and headers cannot have */
export function checkName(name: unknown, where = "rateLimit()"): asserts name is string {
  if (typeof name === "string" && namePattern.test(name)) return;
  throw new BuildError("wrong_option", `${where}: write name with letters, digits, _ and -, at most 48, a letter first`);
}

/**
 * Reads the limits, the shortest window first. A request that one refuses is not counted by those behind it, so a burst that is
 * refused by the second does not use up the day.
 *
 * @throws BuildError `wrong_option`
 */
export function readLimits(limits: unknown, name: string, cost: number): readonly NamedLimit[] {
  if (!Array.isArray(limits) || limits.length === 0)
    throw new BuildError("wrong_option", "rateLimit(): set limits to a list, for example [{ points: 100, windowSeconds: 60 }]");
  const read = limits.map((limit: unknown) => readOne(limit, { name, isOnly: limits.length === 1, cost }));
  const twice = read.find(({ policy }, index) => read.some((other, at) => at < index && other.policy === policy));
  if (twice !== undefined)
    throw new BuildError("wrong_option", `rateLimit(): give the limits names of their own: two are called "${twice.policy}"`);
  return read.toSorted((a, b) => a.windowSeconds - b.windowSeconds);
}

interface Naming {
  readonly name: string;
  readonly isOnly: boolean;
  readonly cost: number;
}

function readOne(limit: unknown, { name, isOnly, cost }: Naming): NamedLimit {
  checkOptions("rateLimit({ limits })", limit, known);
  const { points, windowSeconds, ...own } = limit as RateLimitWindow;
  if (!Number.isSafeInteger(points) || points < 1)
    throw new BuildError("wrong_option", "rateLimit({ limits }): set points to a whole number, at least 1");
  if (points < cost)
    throw new BuildError("wrong_option", `rateLimit(): lower cost: ${cost} is more than the ${points} points of a limit`);
  if (!Number.isSafeInteger(windowSeconds) || windowSeconds < 1 || windowSeconds > maxWindowSeconds) {
    throw new BuildError(
      "wrong_option",
      `rateLimit({ limits }): set windowSeconds to a whole number of seconds, from 1 to ${maxWindowSeconds} (31 days)`,
    );
  }
  if (own.name !== undefined) checkName(own.name, "rateLimit({ limits })");
  const policy = own.name ?? (isOnly ? name : `${name}-${windowSeconds}s`);
  // A limit that is changed begins with new counters.
  return { policy, name: `${name}:${policy}:${points}:${windowSeconds}`, points, windowSeconds };
}
