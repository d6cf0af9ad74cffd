/** `memoryStore()`: counters in the memory of this process. */
import { RateLimiterMemory } from "rate-limiter-flexible";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { spendOf } from "./flexible.ts";
import type { Counted, CountedLimit, LimitCounter, RateLimitStore } from "./store.ts";

/** The options of `memoryStore()`. */
export interface MemoryStoreOptions {
  /**
   * How many keys each limit counts at most. Beyond that the key that was not used for the longest time is forgotten. Default
   * 100,000, which take about 40 MB.
   */
  readonly maxKeys?: number;
}

/** A timer of Node.js cannot wait longer; the counter would end at once. */
const maxWindowSeconds = 24 * 86_400;

/**
 * Counts in the memory of this process. Each process counts for itself: three processes allow three times as much. A client that
 * has `maxKeys` addresses of its own can make a counter be forgotten.
 *
 * @throws BuildError `wrong_option`, also for a window of more than 24 days
 *
 * @example
 * ```ts
 * const limit = rateLimit({ by: "address", limits: [{ points: 100, windowSeconds: 60 }], store: memoryStore() });
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): RateLimitStore {
  checkOptions("memoryStore()", options, { maxKeys: true });
  const { maxKeys = 100_000 } = options;
  if (!Number.isSafeInteger(maxKeys) || maxKeys < 1)
    throw new BuildError("wrong_option", "memoryStore(): set maxKeys to a whole number, at least 1");
  return { counter: (limit) => new MemoryCounter(limit, maxKeys) };
}

class MemoryCounter implements LimitCounter {
  readonly #limiter: RateLimiterMemory;
  readonly #maxKeys: number;
  /** The keys that the limiter may hold, the one used last at the end. */
  readonly #keys = new Set<string>();

  constructor({ name, points, windowSeconds }: CountedLimit, maxKeys: number) {
    if (windowSeconds > maxWindowSeconds) {
      throw new BuildError(
        "wrong_option",
        `memoryStore(): set windowSeconds to at most ${maxWindowSeconds} (24 days), or use postgresStore() or redisStore()`,
      );
    }
    this.#limiter = new RateLimiterMemory({ keyPrefix: name, points, duration: windowSeconds });
    this.#maxKeys = maxKeys;
  }

  async spend(key: string, points: number): Promise<Counted> {
    this.#keys.delete(key);
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > this.#maxKeys && oldest !== undefined) {
      this.#keys.delete(oldest);
      await this.#limiter.delete(oldest);
    }
    return spendOf(this.#limiter, key, points);
  }
}
