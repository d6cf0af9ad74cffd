/** The limiters of `rate-limiter-flexible`, which do the counting, as counters of a store. */
import { type RateLimiterAbstract, RateLimiterRes } from "rate-limiter-flexible";
import type { Counted } from "./store.ts";

/** Spends points of a limiter, which rejects with its state if they are beyond the limit. */
export async function spendOf(limiter: RateLimiterAbstract, key: string, points: number): Promise<Counted> {
  try {
    return countedOf(await limiter.consume(key, points), true);
  } catch (error) {
    if (error instanceof RateLimiterRes) return countedOf(error, false);
    throw error;
  }
}

function countedOf({ remainingPoints, msBeforeNext }: RateLimiterRes, isAllowed: boolean): Counted {
  return { isAllowed, remaining: isAllowed ? Math.max(0, remainingPoints) : 0, resetMs: Math.max(0, msBeforeNext) };
}
