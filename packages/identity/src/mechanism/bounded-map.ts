/** A map with a bound: however many keys there are, it does not fill the memory of the process. */

/**
 * A map that holds at most `maxSize` entries, in the order in which they were last set. Beyond the bound it forgets the first
 * one. `set()` takes constant time, however many entries were forgotten before.
 */
export class BoundedMap<K, V> {
  readonly #maxSize: number;
  readonly #entries = new Map<K, V>();
  /** One iterator for the life of the map. A new one would step over every entry that was removed since the map was made. */
  readonly #oldest = this.#entries.keys();

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** The keys, the one that is forgotten next first. */
  keys(): IterableIterator<K> {
    return this.#entries.keys();
  }

  /** Sets an entry, which is the last one from then on. Returns the key that was forgotten for it, if one was. */
  set(key: K, value: V): K | undefined {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#maxSize) return undefined;
    const { done, value: oldest } = this.#oldest.next();
    if (done === true) return undefined;
    this.#entries.delete(oldest);
    return oldest;
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }
}
