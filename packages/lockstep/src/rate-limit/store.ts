/**
 * Where rate limits count: the contract between `rateLimit()` and its stores. A store keeps counters of fixed windows: the first
 * request of a key opens a window, and the count begins again when it is over.
 */

/** One limit, as a store counts it. */
export interface CountedLimit {
  /** Unique among the counters of the store; letters, digits, `.`, `_`, `-` and `:`, at most 128 characters. */
  readonly name: string;
  /** How much may be spent in a window. At least 1. */
  readonly points: number;
  /** The length of a window. At least 1. */
  readonly windowSeconds: number;
}

/** The state of a counter after a request. */
export interface Counted {
  /** Whether the request is within the limit. */
  readonly isAllowed: boolean;
  /** The points that are left in the window. Never negative. */
  readonly remaining: number;
  /** The time until the window is over, in milliseconds. */
  readonly resetMs: number;
}

/** The counters of one limit, by key. */
export interface LimitCounter {
  /**
   * Spends points of a key, in one atomic step: of any number of requests at once, exactly those within the limit are allowed.
   * Keys are hashes of 43 characters. Rejects if the store does not answer.
   */
  spend(key: string, points: number): Promise<Counted>;
}

/** A store of counters: `memoryStore()`, `postgresStore(pool)`, `redisStore(client)`, or one of your own. */
export interface RateLimitStore {
  /** Makes the counters of a limit. It does not wait for the store: that is the first `spend()`. */
  counter(limit: CountedLimit): LimitCounter;
}
