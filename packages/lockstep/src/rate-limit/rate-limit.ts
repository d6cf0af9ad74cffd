/**
 * `rateLimit()`: how many requests a caller may send. A refusal is 429. It is a dependency that counts, so a route or a group
 * names its limits, and the document shows them. It protects nothing: a route with a limit still says who may call it.
 */
import { notify, typeNameOf } from "../callback.ts";
import type { AnyDependency, Dependency, Deps, FactsOf, FactsOfOne, NoDeps } from "../dependency/dependency.ts";
import { dependency, entriesOf, factsOfEntries, type ValueRecord } from "../dependency/node.ts";
import { responseHeaders } from "../input/response-headers.ts";
import { inTime } from "../promise.ts";
import { BuildError, Unavailable } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { type RateLimitHeaders, rateLimitHeaders, refusedProblem, tooManyRequests, writeHeaders } from "./answer.ts";
import { type CountedBy, type Counting, countingOf, hashed } from "./counted-by.ts";
import { checkName, type NamedLimit, type RateLimitWindow, readLimits } from "./limits.ts";
import type { Counted, LimitCounter, RateLimitStore } from "./store.ts";

/** What a rate limit declares. */
export interface RateLimitOptions<D extends Deps, P extends AnyDependency, C extends AnyDependency> {
  /**
   * By what requests are counted:
   *
   * - `"address"`: one IPv4 address, or an IPv6 /64, before anyone is authenticated
   * - `{ principal: currentUser }`: who is calling, after authentication
   * - `{ credential: token }`: an API key or a token, after authentication
   * - `{ deps, key }`: a text that a function makes, as soon as its dependencies are there
   */
  readonly by: CountedBy<D, P, C>;
  /** How many requests are allowed in which time. With several, all must allow a request. */
  readonly limits: readonly [RateLimitWindow, ...RateLimitWindow[]];
  /** Where requests are counted: `memoryStore()`, `postgresStore(pool)`, `redisStore(client)`. */
  readonly store: RateLimitStore;
  /**
   * Names the counters and, in the headers, the policy. Two rate limits of one API and one store have two names. Default: the
   * kind of `by`: `address`, `principal`, `credential` or `key`.
   */
  readonly name?: string;
  /** The points that a request spends. Default 1. */
  readonly cost?: number;
  /**
   * What happens to a request if the store does not answer: it is refused with **503**, or allowed without being counted. Default
   * `refuse`, because a caller who overloads the store could otherwise lift the limit.
   */
  readonly onStoreFailure?: "refuse" | "allow";
  /** How long a request waits for the store, in milliseconds. Default 1,000. */
  readonly timeoutMs?: number;
  /** Called with each error of the store. Default: one line on standard error, at most one a minute. */
  readonly onStoreError?: (error: unknown) => void;
}

/** One limit after a request was counted. */
export interface RateLimitState {
  readonly policy: string;
  readonly points: number;
  readonly remaining: number;
  readonly resetMs: number;
}

/** What a request that is within its limits has left. Empty if the store did not answer and the request was allowed. */
export type RateLimited = readonly RateLimitState[];

const options: KnownOptions<RateLimitOptions<Deps, AnyDependency, AnyDependency>> = {
  by: true,
  limits: true,
  store: true,
  name: true,
  cost: true,
  onStoreFailure: true,
  timeoutMs: true,
  onStoreError: true,
};

const maxTimeoutMs = 60_000;

/**
 * Limits how many requests come: **429** `too_many_requests` with `Retry-After`. Every answer to a request that was counted has
 * `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers). Use the same dependency in several routes to count
 * them together; as the guard of the API or in a group it counts all of their routes. Not counted are preflights, requests
 * without a route, and those without a credential, or with a malformed one, where the route needs one: they cost nothing.
 *
 * With several limits a request is counted by the one with the shortest window first, and by the next only if that allows it: a
 * burst that is refused does not use up the day.
 *
 * @throws BuildError `wrong_option`; `wrong_dependency` for a principal that nothing authenticates, and for a credential that is
 *   not a scheme's
 *
 * @example
 * ```ts
 * const store = memoryStore();
 * const signIns = rateLimit({ name: "sign-in", by: "address", limits: [{ points: 20, windowSeconds: 60 }], store });
 * const calls = rateLimit({
 *   by: { principal: currentUser },
 *   limits: [{ points: 10, windowSeconds: 1 }, { points: 10_000, windowSeconds: 86_400 }],
 *   store,
 * });
 * const routes = [get("/notes", { deps: { calls, user: currentUser }, response: Notes }, list)];
 * ```
 */
export function rateLimit<
  const D extends Deps = NoDeps,
  const P extends AnyDependency = never,
  const C extends AnyDependency = never,
>(spec: RateLimitOptions<D, P, C>): Dependency<RateLimited, FactsOf<D> | FactsOfOne<P> | FactsOfOne<C>> {
  checkOptions("rateLimit()", spec, options);
  const counting = countingOf(spec.by);
  const { name = counting.name, store } = spec;
  checkName(name);
  const settings = readSettings(spec, name);
  const entries = [...counting.entries, ...entriesOf("rateLimit()", { [headersKey]: responseHeaders(rateLimitHeaders) })];
  const limiter = new Limiter(counting, settings);
  return dependency({
    kind: "value",
    deps: entries,
    facts: factsOfEntries(entries),
    lifetime: "request",
    problems: refusedProblem,
    once: true,
    counts: { after: counting.after, store, name },
    run: (values) => limiter.count(values),
  });
}

/** A name that no record of the application needs. */
const headersKey = "~headers";

interface Settings {
  readonly counters: readonly { readonly limit: NamedLimit; readonly counter: LimitCounter }[];
  readonly cost: number;
  readonly allows: boolean;
  readonly timeoutMs: number;
  /** Never throws. */
  readonly report: (error: unknown) => void;
}

function readSettings(spec: Omit<RateLimitOptions<Deps, AnyDependency, AnyDependency>, "by">, name: string): Settings {
  const { limits, store, cost = 1, onStoreFailure = "refuse", timeoutMs = 1000, onStoreError = loggerOf(name) } = spec;
  if (!Number.isSafeInteger(cost) || cost < 1) throw wrong("set cost to a whole number of points, at least 1");
  if (typeof store !== "object" || store === null || typeof store.counter !== "function")
    throw wrong("set store to memoryStore(), postgresStore(pool) or redisStore(client)");
  if (onStoreFailure !== "refuse" && onStoreFailure !== "allow") throw wrong('set onStoreFailure to "refuse" or "allow"');
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > maxTimeoutMs)
    throw wrong(`set timeoutMs to a whole number of milliseconds, from 1 to ${maxTimeoutMs}`);
  if (typeof onStoreError !== "function") throw wrong("set onStoreError to a function: (error) => log.warn(error)");
  return {
    counters: readLimits(limits, name, cost).map((limit) => ({ limit, counter: store.counter(limit) })),
    cost,
    allows: onStoreFailure === "allow",
    timeoutMs,
    report: (error) => notify(`onStoreError of the rate limit "${name}" failed`, onStoreError, error),
  };
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", `rateLimit(): ${message}`);
}

const minuteMs = 60_000;

/** A store that is away fails for every request: one line a minute says enough. */
function loggerOf(name: string): (error: unknown) => void {
  let quietUntil = 0;
  return (error) => {
    const now = Date.now();
    if (now < quietUntil) return;
    quietUntil = now + minuteMs;
    console.error(`The store of the rate limit "${name}" failed: ${typeNameOf(error)}`);
  };
}

/** Counts the requests of one rate limit. */
class Limiter {
  readonly #counting: Counting;
  readonly #settings: Settings;

  constructor(counting: Counting, settings: Settings) {
    this.#counting = counting;
    this.#settings = settings;
  }

  /** @throws Problem 429; Unavailable if the store does not answer */
  async count(values: ValueRecord): Promise<RateLimited> {
    // The entry is the headers of this answer.
    const headers = values[headersKey] as RateLimitHeaders;
    const key = await hashed(await this.#counting.keyOf(values));
    const states: RateLimitState[] = [];
    for (const { limit, counter } of this.#settings.counters) {
      const counted = await this.#spend(counter, key);
      if (counted === undefined) return [];
      writeHeaders(headers, limit, counted);
      if (!counted.isAllowed) throw tooManyRequests(counted);
      states.push({ policy: limit.policy, points: limit.points, remaining: counted.remaining, resetMs: counted.resetMs });
    }
    return Object.freeze(states);
  }

  /** The state of a counter; `undefined` if the store does not answer and the request is allowed. @throws Unavailable */
  async #spend(counter: LimitCounter, key: string): Promise<Counted | undefined> {
    const { cost, timeoutMs, allows, report } = this.#settings;
    try {
      return checkCounted(await inTime(counter.spend(key, cost), timeoutMs));
    } catch (error) {
      report(error);
      if (allows) return undefined;
      throw new Unavailable("the store of a rate limit does not answer", { cause: error });
    }
  }
}

/** A store of the application's own may answer anything: an answer that is not one is a failure, and never a yes. */
function checkCounted(counted: Counted): Counted {
  const { isAllowed, remaining, resetMs } = counted;
  if (typeof isAllowed === "boolean" && remaining >= 0 && resetMs >= 0) return counted;
  throw new TypeError("spend() resolves with { isAllowed, remaining, resetMs }");
}
