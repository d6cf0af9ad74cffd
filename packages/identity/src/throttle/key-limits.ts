/**
 * Limits on wrong secrets of API keys. They are counted in the memory of each process, because looking a key up must not wait for
 * a counter. A key's secret has 190 bits: the limits make guessing visible and end it; they are not what makes guessing hard. So
 * nobody's network decides about a key that verifies.
 */
import { BoundedMap } from "../mechanism/bounded-map.ts";
import { networksOf } from "lockstep/host";
import type { ClientAddress, KeyLimit, Limit, NetworkLimit } from "./throttle-options.ts";

/** A wrong secret. */
export interface KeyFailure {
  /** The client's address, if the host knows it; its networks are counted. */
  readonly address: string | undefined;
  /**
   * The id of the key, whether or not it exists. Left out if the right secret of this key came from this network before: guesses
   * from elsewhere must not lock it out.
   */
  readonly keyId: string | undefined;
}

/**
 * Counts wrong secrets, of each network and of each key. The methods are synchronous, so a hundred guesses at once count as a
 * hundred in a row. Right secrets are never counted.
 */
export interface KeyThrottle {
  /** Whether one more secret may be compared with a key. */
  mayCompare(keyId: string): boolean;
  /** Whether a network is below its limits. Above them, a key that does not verify is answered with 429. */
  isBelow(address: string | undefined): boolean;
  /** Counts a wrong secret. */
  failed(about: KeyFailure): void;
}

interface Failures {
  count: number;
  readonly endsAt: number;
}

/** The most networks, and the most keys, that are counted. Beyond that the oldest count is forgotten. */
const maxCounts = 10_000;

/** Limits wrong secrets, of each network and of each key. */
export class KeyLimits implements KeyThrottle {
  readonly #narrow: FailureCounts | undefined;
  readonly #wide: FailureCounts;
  readonly #keys: FailureCounts;

  constructor(limits: NetworkLimit & KeyLimit, { clock, clientAddress }: { clock: () => number; clientAddress: ClientAddress }) {
    this.#narrow = clientAddress === "known" ? new FailureCounts(limits.network, clock) : undefined;
    this.#wide = new FailureCounts(limits.wideNetwork, clock);
    this.#keys = new FailureCounts(limits.key, clock);
  }

  /** The number of networks and keys that are counted now. */
  get size(): number {
    return (this.#narrow?.size ?? 0) + this.#wide.size + this.#keys.size;
  }

  mayCompare(keyId: string): boolean {
    return this.#keys.isBelow(keyId);
  }

  isBelow(address: string | undefined): boolean {
    const { narrow, wide } = networksOf(address);
    return (this.#narrow?.isBelow(narrow) ?? true) && this.#wide.isBelow(wide);
  }

  failed({ address, keyId }: KeyFailure): void {
    const { narrow, wide } = networksOf(address);
    this.#narrow?.add(narrow);
    this.#wide.add(wide);
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
    const now = this.#clock();
    // A clock that was put back does not make the period longer.
    const isNow = failures !== undefined && failures.endsAt > now && failures.endsAt <= now + this.#limit.seconds * 1000;
    return isNow ? failures : undefined;
  }
}
