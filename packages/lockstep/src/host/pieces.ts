/** The body of a stream, as hosts read it. */

/**
 * Reads a body piece by piece, and makes sure that ending it runs its end: an async generator that has not begun would end
 * without its `finally`, and the resources of the route would stay open for ever.
 */
export class Pieces implements AsyncIterableIterator<string | Uint8Array, void, void> {
  readonly #iterator: AsyncIterator<string | Uint8Array>;
  #begun = false;

  constructor(body: AsyncIterable<string | Uint8Array>) {
    this.#iterator = body[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string | Uint8Array, void>> {
    this.#begun = true;
    const { done, value } = await this.#iterator.next();
    return done === true ? { done, value: undefined } : { done: false, value };
  }

  /** Ends the body; `finally` blocks run once the piece that is being made is there. */
  async return(): Promise<IteratorResult<string | Uint8Array, void>> {
    // What begins only to end may fail: the core has reported it.
    if (!this.#begun) void this.#iterator.next().catch(() => {});
    this.#begun = true;
    await this.#iterator.return?.();
    return { done: true, value: undefined };
  }
}

/** Ends a body that is not sent, if it is one that can be ended. */
export function discard(body: string | Uint8Array | AsyncIterable<string | Uint8Array> | undefined): void {
  if (typeof body === "object" && Symbol.asyncIterator in body) void new Pieces(body).return().catch(() => {});
}
