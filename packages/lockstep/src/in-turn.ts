/** Work that must not run twice at the same time for one key, such as the handling of one event. */

/** Lets one caller in for each key, and the next one when it has left. */
export class InTurn {
  readonly #ends = new Map<string, Promise<void>>();

  /** Resolves when it is the caller's turn, with a function that ends it. Call that once, whatever happens. */
  async enter(key: string): Promise<() => void> {
    for (let end = this.#ends.get(key); end !== undefined; end = this.#ends.get(key)) await end;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ends.set(key, promise);
    return () => {
      this.#ends.delete(key);
      resolve();
    };
  }
}
