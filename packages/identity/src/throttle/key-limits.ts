/**
 * Limits on wrong secrets of API keys. They are counted in the memory of each process, because looking a key up must not wait for
 * a counter. A key's secret has 190 bits: the limit makes guessing visible and ends it; it is not what makes guessing hard.
 */
import { BoundedMap } from "../mechanism/bounded-map.ts";
import { networkOf } from "./address-prefix.ts";
import type { Limit, NetworkAndKeyLimit } from "./throttle-options.ts";

/** An attempt with a secret. */
export interface KeyAttempt {
  /** The client's address, if the host knows it; its network is counted. */
  readonly address: string | undefined;
  /**
   * The id of the key, whether or not it exists. Left out if the right secret of this key came from this address before: guesses
   * from elsewhere must not lock it out.
   */
  readonly keyId: string | undefined;
}

/**
 * Counts wrong secrets, of each network and of each key. Both methods are synchronous, so a hundred guesses at once count as a
 * hundred in a row. Right secrets are never counted.
 */
export interface KeyThrottle {
  /** Whether one more secret may be compared. */
  mayEvaluate(about: KeyAttempt): boolean;
  /** Counts a wrong one. */
  failed(about: KeyAttempt): void;
}

interface Failures {
  count: number;
  readonly endsAt: number;
}

/** The most networks, and the most keys, that are counted. Beyond that the oldest count is forgotten. */
const maxCounts = 10_000;

/** Limits wrong secrets, of each network and of each key. */
export class KeyLimits implements KeyThrottle {
  readonly #networks: FailureCounts;
  readonly #keys: FailureCounts;

  constructor(limits: NetworkAndKeyLimit, clock: () => number) {
    this.#networks = new FailureCounts(limits.network, clock);
    this.#keys = new FailureCounts(limits.key, clock);
  }

  /** The number of networks and keys that are counted now. */
  get size(): number {
    return this.#networks.size + this.#keys.size;
  }

  mayEvaluate({ address, keyId }: KeyAttempt): boolean {
    return this.#networks.isBelow(networkOf(address)) && (keyId === undefined || this.#keys.isBelow(keyId));
  }

  failed({ address, keyId }: KeyAttempt): void {
    this.#networks.add(networkOf(address));
    if (keyId !== undefined) this.#keys.add(keyId);
  }
}

/** Counts that start again after a period. */
class FailureCounts {
  readonly #limit: Limit;
  readonly #clock: () => number;
  /** The count that began first is forgotten first. */
  readonly #counts = new BoundedMap<string, Failures>(maxCounts);

  constructor(limit: Limit, clock: () => number) {
    this.#limit = limit;
    this.#clock = clock;
  }

  get size(): number {
    return this.#counts.size;
  }

  isBelow(key: string): boolean {
    const failures = this.#find(key);
    return failures === undefined || failures.count < this.#limit.attempts;
  }

  add(key: string): void {
    const failures = this.#find(key);
    if (failures !== undefined) {
      failures.count += 1;
      return;
    }
    this.#counts.set(key, { count: 1, endsAt: this.#clock() + this.#limit.seconds * 1000 });
  }

  #find(key: string): Failures | undefined {
    const failures = this.#counts.get(key);
    return failures !== undefined && failures.endsAt > this.#clock() ? failures : undefined;
  }
}
