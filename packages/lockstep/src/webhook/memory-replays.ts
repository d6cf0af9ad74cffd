/** The ids of handled events, in the memory of one process. */
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import type { WebhookReplays } from "./replays.ts";

/** The options of `memoryReplays()`. */
export interface MemoryReplaysOptions {
  /** The most ids that are kept. If one more comes, the oldest is forgotten. Default: 100,000, about 20 MB. */
  readonly maxEntries?: number;
  /** The time in Unix milliseconds. Default: `Date.now`. */
  readonly clock?: () => number;
}

/**
 * Keeps the ids of handled events in memory. Use it if one process receives the webhooks, and if an event that is handled again
 * after a restart does no harm. Otherwise record ids in the transaction of the handler.
 *
 * Only events with a right signature are recorded, so nobody but the sender can fill it.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * const event = stripeWebhook({ secrets: [secret], payload: StripeEvent, replays: memoryReplays() });
 * ```
 */
export function memoryReplays(options: MemoryReplaysOptions = {}): WebhookReplays {
  checkOptions<MemoryReplaysOptions>("memoryReplays()", options, { maxEntries: true, clock: true });
  const { maxEntries = 100_000, clock = Date.now } = options;
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new BuildError("wrong_option", "memoryReplays(): set maxEntries to a whole number from 1");
  }
  // In the order in which they came, so the oldest is the first.
  const expiries = new Map<string, number>();
  return {
    seen(id, expiresAt) {
      const known = expiries.get(id);
      if (known !== undefined && known > clock()) return true;
      expiries.delete(id);
      const oldest = expiries.keys().next();
      if (expiries.size >= maxEntries && oldest.done === false) expiries.delete(oldest.value);
      expiries.set(id, expiresAt);
      return false;
    },
    forget(id) {
      expiries.delete(id);
    },
  };
}
