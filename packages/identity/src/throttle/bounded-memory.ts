/** Counters in the memory of this process, with an upper bound on their number (D-23). */
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { BoundedMap } from "../mechanism/bounded-map.ts";

interface Duration {
  readonly customDuration?: number;
}

/**
 * The library's memory with a bound: beyond it the counter that was not used for the longest time is forgotten. The cost: a
 * client that fills the memory can reset one counter, and needs as many different names or networks as there are counters to do
 * so once.
 */
export class BoundedMemory extends RateLimiterMemory {
  /** The counter used last is forgotten last. Some may have ended: their timers have removed them from the library's map. */
  readonly #keys: BoundedMap<string, true>;

  constructor(maxKeys: number) {
    super({ keyPrefix: "", points: 1, duration: 1 });
    this.#keys = new BoundedMap(maxKeys);
  }

  /** An upper bound of the number of counters now. */
  get size(): number {
    return this.#keys.size;
  }

  /** Forgets all counters. */
  clear(): void {
    for (const key of this.#keys.keys()) void this.delete(key);
  }

  override penalty(key: string | number, points?: number, options?: Duration): Promise<RateLimiterRes> {
    this.#touch(key);
    return super.penalty(key, points, options);
  }

  override reward(key: string | number, points?: number, options?: Duration): Promise<RateLimiterRes> {
    this.#touch(key);
    return super.reward(key, points, options);
  }

  override set(key: string | number, points: number, secDuration: number): Promise<RateLimiterRes> {
    this.#touch(key);
    return super.set(key, points, secDuration);
  }

  override delete(key: string | number): Promise<boolean> {
    this.#keys.delete(String(key));
    return super.delete(key);
  }

  #touch(key: string | number): void {
    const forgotten = this.#keys.set(String(key), true);
    if (forgotten !== undefined) void super.delete(forgotten);
  }
}
