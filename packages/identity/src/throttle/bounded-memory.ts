/** Counters in the memory of this process, of which there are never more than so many (attack row D-23). */
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { BoundedMap } from "../mechanism/bounded-map.ts";

interface Duration {
  readonly customDuration?: number;
}

/**
 * The library's memory with a bound: beyond it the counter that was not touched for longest is forgotten. What that costs: somebody
 * who fills it starts a counter again. It takes as many different names or networks as there are counters to do so once.
 */
export class BoundedMemory extends RateLimiterMemory {
  /** The one touched last is forgotten last. Some may be over: their timers have removed them from the library's map. */
  readonly #keys: BoundedMap<string, true>;

  constructor(maxKeys: number) {
    super({ keyPrefix: "", points: 1, duration: 1 });
    this.#keys = new BoundedMap(maxKeys);
  }

  /** How many counters there are at most now. */
  get size(): number {
    return this.#keys.size;
  }

  /** Forgets all. */
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
