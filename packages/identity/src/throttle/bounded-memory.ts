/** Counters in the memory of this process, of which there are never more than so many (attack row D-23). */
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";

interface Duration {
  readonly customDuration?: number;
}

/**
 * The library's memory with a bound: beyond it the counter that was not touched for longest is forgotten. What that costs: somebody
 * who fills it starts a counter again. It takes as many different names or networks as there are counters to do so once.
 */
export class BoundedMemory extends RateLimiterMemory {
  readonly #maxKeys: number;
  /** The one touched last stands last. Some may be over: their timers have removed them from the library's map. */
  readonly #keys = new Set<string>();
  /** Goes through the keys once: a new iterator would step over every one that was removed before. */
  readonly #oldest = this.#keys.values();

  constructor(maxKeys: number) {
    super({ keyPrefix: "", points: 1, duration: 1 });
    this.#maxKeys = maxKeys;
  }

  /** How many counters there are at most now. */
  get size(): number {
    return this.#keys.size;
  }

  /** Forgets all. */
  clear(): void {
    for (const key of this.#keys) void this.delete(key);
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
    const text = String(key);
    this.#keys.delete(text);
    this.#keys.add(text);
    if (this.#keys.size <= this.#maxKeys) return;
    const { value: oldest } = this.#oldest.next();
    if (oldest !== undefined) void this.delete(oldest);
  }
}
