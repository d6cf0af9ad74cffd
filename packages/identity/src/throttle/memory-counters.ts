/** Counters in the memory of this process, with an upper bound on their number (D-23). */
import { BoundedMap } from "../mechanism/bounded-map.ts";
import { type Counter, emptyCounter, type Place, settle, take } from "./counter.ts";
import type { CounterStore, Settlement } from "./counters.ts";

/**
 * Beyond the bound the counter that was not used for the longest time is forgotten. The cost: a client that fills the memory can
 * reset one counter, and needs as many different names or networks as there are counters to do so once.
 */
export class MemoryCounters implements CounterStore {
  readonly #counters: BoundedMap<string, Counter>;

  constructor(maxKeys: number) {
    this.#counters = new BoundedMap(maxKeys);
  }

  /** The number of counters. */
  get size(): number {
    return this.#counters.size;
  }

  async take(places: readonly Place[], now: number, spends: boolean): Promise<readonly Counter[]> {
    return places.map(({ key, limit }) => this.#set(key, take(this.#counters.get(key) ?? emptyCounter, limit, now, spends)));
  }

  async settle(settlements: readonly Settlement[], now: number): Promise<void> {
    for (const { place, ...ended } of settlements) {
      const { key, limit } = place;
      this.#set(key, settle(this.#counters.get(key) ?? emptyCounter, limit, { now, ...ended }));
    }
  }

  #set(key: string, counter: Counter): Counter {
    // It is the last one from now on.
    this.#counters.set(key, counter);
    return counter;
  }
}
