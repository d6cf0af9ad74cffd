/**
 * One counter: failed attempts, and apart from them the attempts that are being made. This is the rule in TypeScript, for
 * counters in memory. `postgres-counters.ts` has the same rule in SQL, and the tests run on both.
 *
 * An attempt takes a place **in flight** before it is evaluated. Then it becomes a failure, or leaves without a trace. However
 * many try at once, only as many are evaluated as there are places (L-13).
 */
import type { GrowingLimit, Limit } from "./throttle-options.ts";

/** A counter. Times are in milliseconds since 1970. */
export interface Counter {
  readonly failures: number;
  /** When the failures are forgotten. */
  readonly endsAt: number;
  /** When the wait ends that began with the last failure. Only for a limit that grows. */
  readonly heldUntil: number;
  /** The minute that `flights` began in, since 1970. */
  readonly minute: number;
  /** The attempts in flight that began in this minute. */
  readonly flights: number;
  /** Those that began in the minute before. Older ones are forgotten: their process has ended. */
  readonly earlier: number;
  /** The refusals since an attempt was allowed, or since the wait began. */
  readonly refusals: number;
}

/** A counter and its limit. */
export interface Place {
  /** The name in events, such as `account`. */
  readonly name: string;
  /** The name of the counter. */
  readonly key: string;
  readonly limit: Limit | GrowingLimit;
}

/** How an attempt ended at a counter. `forgotten` also forgets every failure before it. */
export type Outcome = "failed" | "withdrawn" | "forgotten";

/** A counter that nobody has used. */
export const emptyCounter: Counter = { failures: 0, endsAt: 0, heldUntil: 0, minute: 0, flights: 0, earlier: 0, refusals: 0 };

/** The length of a minute. */
export const minuteMs = 60_000;

/** The counter as it is now. No time in it is further away than the limit allows, even if the clock was put back. */
export function currentCounter(counter: Counter, limit: Place["limit"], now: number): Counter {
  const minute = Math.floor(now / minuteMs);
  const lasts = counter.endsAt > now;
  return {
    failures: lasts ? counter.failures : 0,
    endsAt: lasts ? Math.min(counter.endsAt, now + limit.seconds * 1000) : 0,
    heldUntil: lasts && isGrowing(limit) ? Math.min(counter.heldUntil, now + limit.maxDelaySeconds * 1000) : 0,
    minute,
    flights: counter.minute === minute ? counter.flights : 0,
    earlier: counter.minute === minute ? counter.earlier : counter.minute === minute - 1 ? counter.flights : 0,
    refusals: counter.refusals,
  };
}

/** Takes a place in flight, or, if it `spends`, counts a failure at once. `refusals` is 0 if that was allowed. */
export function take(counter: Counter, limit: Place["limit"], now: number, spends: boolean): Counter {
  const current = currentCounter(counter, limit, now);
  if (current.flights + current.earlier >= roomOf(current, limit, now)) return { ...current, refusals: current.refusals + 1 };
  if (!spends) return { ...current, flights: current.flights + 1, refusals: 0 };
  const endsAt = current.failures === 0 ? now + limit.seconds * 1000 : current.endsAt;
  return { ...current, failures: current.failures + 1, endsAt, refusals: 0 };
}

/** Ends an attempt that took a place in the minute `taken`, or that took none. */
export function settle(
  counter: Counter,
  limit: Place["limit"],
  { now, outcome, taken }: { readonly now: number; readonly outcome: Outcome; readonly taken: number | undefined },
): Counter {
  const current = currentCounter(counter, limit, now);
  const landed = {
    ...current,
    flights: Math.max(0, current.flights - (taken === current.minute ? 1 : 0)),
    earlier: Math.max(0, current.earlier - (taken === current.minute - 1 ? 1 : 0)),
  };
  if (outcome === "withdrawn") return landed;
  if (outcome === "forgotten") return { ...landed, failures: 0, endsAt: 0, heldUntil: 0, refusals: 0 };
  const failures = current.failures + 1;
  const grows = isGrowing(limit);
  const endsAt = grows || current.failures === 0 ? now + limit.seconds * 1000 : current.endsAt;
  if (failures < limit.attempts) return { ...landed, failures, endsAt };
  const isNewHold = failures === limit.attempts || (grows && current.heldUntil <= now);
  const heldUntil = grows ? now + delaySeconds(failures, limit) * 1000 : 0;
  return { ...landed, failures, endsAt, heldUntil, refusals: isNewHold ? 0 : current.refusals };
}

/** When to try again after a refusal. */
export function retryAt({ failures, endsAt, heldUntil }: Counter, limit: Place["limit"], now: number): number {
  // The attempts in flight are in the way: they end soon.
  const soon = now + 1000;
  if (failures < limit.attempts) return soon;
  return isGrowing(limit) ? Math.max(heldUntil, soon) : endsAt;
}

/** Whether the counter refuses because of failures, and not only until the attempts in flight have ended. */
export function isExhausted({ failures }: Counter, limit: Place["limit"]): boolean {
  return failures >= limit.attempts;
}

/** Whether the waits of a limit grow. */
export function isGrowing(limit: Place["limit"]): limit is GrowingLimit {
  return "firstDelaySeconds" in limit;
}

/** How many attempts may be in flight now. */
function roomOf({ failures, heldUntil }: Counter, limit: Place["limit"], now: number): number {
  if (!isGrowing(limit)) return limit.attempts - failures;
  if (failures < limit.attempts) return limit.atOnce;
  return heldUntil <= now ? 1 : 0;
}

function delaySeconds(failures: number, { attempts, firstDelaySeconds, maxDelaySeconds }: GrowingLimit): number {
  return Math.min(maxDelaySeconds, firstDelaySeconds * 2 ** Math.min(failures - attempts, maxDoublings));
}

/** More would not be a whole number of milliseconds. */
export const maxDoublings = 20;
