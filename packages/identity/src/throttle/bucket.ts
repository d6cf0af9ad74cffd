/** Buckets: limits that an attempt is taken from before it is made. */
import type { Count, Counters } from "./counters.ts";
import type { GrowingLimit, Limit } from "./throttle-options.ts";

/** The answer of a bucket: the attempt may be made, or not yet. */
export type Taking =
  | {
      readonly isAllowed: true;
      /** Returns this attempt to the bucket, and no other. */
      giveBack(): Promise<void>;
    }
  | {
      readonly isAllowed: false;
      /** When to try again, in milliseconds since 1970. */
      readonly endsAt: number;
      /** Whether this is the first refusal of that period. */
      readonly isFirst: boolean;
    };

/** A limit that counts for each key. */
export interface Bucket {
  readonly limit: Limit;
  /** Takes an attempt. Atomic: however many try at once, no more than the limit get through (L-13). */
  take(key: string): Promise<Taking>;
}

/** A number of attempts in a period, then none. */
export class SimpleBucket implements Bucket {
  readonly limit: Limit;
  readonly #counters: Counters;

  constructor(counters: Counters, limit: Limit) {
    this.limit = limit;
    this.#counters = counters;
  }

  async take(key: string): Promise<Taking> {
    const { attempts, seconds } = this.limit;
    const taken = await this.#counters.add(key, seconds);
    if (taken.count > attempts) return { isAllowed: false, endsAt: taken.endsAt, isFirst: taken.count === attempts + 1 };
    return { isAllowed: true, giveBack: () => this.#counters.giveBack(key, taken) };
  }
}

/**
 * A number of free attempts in a period, then one attempt after each wait, and the waits double (NIST SP 800-63B §3.2.2). From
 * the last free attempt on, an attempt needs the **turn**, and the next turn can be taken after the wait. A refusal does not
 * prolong the wait.
 */
export class GrowingBucket implements Bucket {
  readonly limit: GrowingLimit;
  readonly #counters: Counters;

  constructor(counters: Counters, limit: GrowingLimit) {
    this.limit = limit;
    this.#counters = counters;
  }

  async take(key: string): Promise<Taking> {
    const { attempts, seconds, firstDelaySeconds, periodSeconds, delayedAttempts } = this.limit;
    const taken = await this.#counters.add(key, seconds);
    if (taken.count < attempts) return { isAllowed: true, giveBack: () => this.#counters.giveBack(key, taken) };
    const turn = await this.#counters.add(turnOf(key), firstDelaySeconds);
    // When the free attempts are available again, no turn is needed.
    if (turn.count > 1) return { isAllowed: false, endsAt: Math.min(turn.endsAt, taken.endsAt), isFirst: turn.count === 2 };
    const turns = await this.#counters.add(turnsOf(key), periodSeconds);
    if (turns.count > delayedAttempts) {
      await this.#counters.hold(turnOf(key), Math.max(1, Math.ceil((turns.endsAt - Date.now()) / 1000)));
      return { isAllowed: false, endsAt: Math.min(turns.endsAt, taken.endsAt), isFirst: true };
    }
    await this.#counters.hold(turnOf(key), this.#delaySeconds(turns.count));
    return { isAllowed: true, giveBack: () => this.#giveBack(key, taken, turns) };
  }

  /** Forgets every attempt of a key. */
  async forget(key: string): Promise<void> {
    for (const each of [key, turnOf(key), turnsOf(key)]) await this.#counters.forget(each);
  }

  #delaySeconds(turns: number): number {
    const { firstDelaySeconds, maxDelaySeconds } = this.limit;
    return Math.min(firstDelaySeconds * 2 ** (turns - 1), Math.max(firstDelaySeconds, maxDelaySeconds));
  }

  async #giveBack(key: string, taken: Count, turns: Count): Promise<void> {
    await this.#counters.giveBack(key, taken);
    await this.#counters.giveBack(turnsOf(key), turns);
    await this.#counters.forget(turnOf(key));
  }
}

function turnOf(key: string): string {
  return `${key}:turn`;
}

function turnsOf(key: string): string {
  return `${key}:turns`;
}
