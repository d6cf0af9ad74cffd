/** A stream and the resources it needs: they close when it ends, however it ends. */
import { BuildError } from "../problem/error.ts";
import { ReaderGone } from "./request-life.ts";

/** Closes the open resources; a failure is thrown into them. Returns the first error of closing. */
export type Closing = (failure?: { readonly error: unknown }) => Promise<{ readonly error: unknown } | undefined>;

/**
 * The pieces of a stream. Resources close after the last piece and before the end of the stream, so a commit that fails
 * breaks the answer off; with the error if a piece fails; and at once when the reader goes away, though a piece is being
 * waited for or none was ever asked for. (An async generator would do neither.)
 */
export class ClosingStream implements AsyncIterableIterator<string | Uint8Array, void, void> {
  readonly #pieces: AsyncIterator<string | Uint8Array>;
  readonly #close: Closing;
  #isClosed = false;

  constructor(chunks: AsyncIterable<string | Uint8Array>, close: Closing) {
    this.#pieces = chunks[Symbol.asyncIterator]();
    this.#close = close;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string | Uint8Array, void>> {
    if (this.#isClosed) return { done: true, value: undefined };
    let piece: IteratorResult<string | Uint8Array, unknown>;
    try {
      piece = await this.#pieces.next();
    } catch (error) {
      await this.#end({ error });
      throw error;
    }
    if (piece.done !== true) return this.#checked(piece.value);
    const failure = await this.#end();
    if (failure !== undefined) throw failure.error;
    return { done: true, value: undefined };
  }

  /** A piece that cannot be sent ends the stream like one that throws. */
  async #checked(piece: unknown): Promise<IteratorResult<string | Uint8Array, void>> {
    if (typeof piece === "string" || piece instanceof Uint8Array) return { done: false, value: piece };
    const error = new BuildError("wrong_result", `Yield strings or Uint8Arrays from a stream(): it yielded ${typeOf(piece)}`);
    await this.#end({ error });
    this.#endSource();
    throw error;
  }

  async return(): Promise<IteratorResult<string | Uint8Array, void>> {
    await this.#end({ error: new ReaderGone("The client went away before the last byte") });
    this.#endSource();
    return { done: true, value: undefined };
  }

  /** Ends the stream at once, with an error that is thrown into the open resources. The host breaks the answer off. */
  fail(error: Error): void {
    // Closing reports its own errors; it never rejects.
    void this.#end({ error });
    this.#endSource();
  }

  /** Not waited for: a source that waits for its next piece ends only when that comes. */
  #endSource(): void {
    void Promise.resolve(this.#pieces.return?.()).catch(() => {});
  }

  async #end(failure?: { readonly error: unknown }): Promise<{ readonly error: unknown } | undefined> {
    if (this.#isClosed) return undefined;
    this.#isClosed = true;
    return this.#close(failure);
  }
}

function typeOf(piece: unknown): string {
  return piece === null ? "null" : typeof piece;
}
