/** The body of a stream, as hosts read it. */

/** Reads a body piece by piece; ending it ends what the core gave, which closes the resources of the route. */
export class Pieces implements AsyncIterableIterator<string | Uint8Array, void, void> {
  readonly #iterator: AsyncIterator<string | Uint8Array>;

  constructor(body: AsyncIterable<string | Uint8Array>) {
    this.#iterator = body[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string | Uint8Array, void>> {
    const { done, value } = await this.#iterator.next();
    return done === true ? { done, value: undefined } : { done: false, value };
  }

  /** Ends the body. */
  async return(): Promise<IteratorResult<string | Uint8Array, void>> {
    await this.#iterator.return?.();
    return { done: true, value: undefined };
  }
}

/** Ends a body that is not sent, if it is one that can be ended. */
export function discard(body: string | Uint8Array | AsyncIterable<string | Uint8Array> | undefined): void {
  if (typeof body === "object" && Symbol.asyncIterator in body) void new Pieces(body).return().catch(() => {});
}
