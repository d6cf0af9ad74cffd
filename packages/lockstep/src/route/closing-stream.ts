/** A stream and the resources it needs: they close when it ends, however it ends. */
import type { HostRequest, HostResponse } from "../host/host.ts";
import { BuildError } from "../problem/error.ts";
import { ReaderGone } from "./request-life.ts";

/** How long the head of an answer waits for its first piece. After that an error is too late for an answer of its own. */
const maxWaitMs = 2000;

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
  readonly #ended = Promise.withResolvers<undefined>();
  #first: Promise<IteratorResult<unknown, unknown>> | undefined;
  #isClosed = false;

  constructor(chunks: AsyncIterable<string | Uint8Array>, close: Closing) {
    this.#pieces = chunks[Symbol.asyncIterator]();
    this.#close = close;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Waits for the first piece, but no longer than two seconds. If it fails, returns the error, with the resources still open:
   * nothing has been sent, so the error can have an answer. Call it before `next()`.
   */
  async begin(): Promise<{ readonly error: unknown } | undefined> {
    if (this.#isClosed) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), maxWaitMs)));
    try {
      this.#first = this.#pieces.next();
      // The wait may end before the piece comes.
      this.#first.catch(() => {});
      const first = await Promise.race([this.#first, this.#ended.promise, late]);
      if (first !== undefined && first.done !== true) checkPiece(first.value);
      return undefined;
    } catch (error) {
      this.#isClosed = true;
      this.#endSource();
      return { error };
    } finally {
      clearTimeout(timer);
    }
  }

  async next(): Promise<IteratorResult<string | Uint8Array, void>> {
    if (this.#isClosed) return { done: true, value: undefined };
    let piece: IteratorResult<unknown, unknown>;
    try {
      piece = await (this.#first ?? this.#pieces.next());
      this.#first = undefined;
    } catch (error) {
      await this.#end({ error });
      // What failed may be writing a piece: then the source has not ended.
      this.#endSource();
      throw error;
    }
    if (piece.done !== true) return this.#checked(piece.value);
    const failure = await this.#end();
    if (failure !== undefined) throw failure.error;
    return { done: true, value: undefined };
  }

  /** A piece that cannot be sent ends the stream like one that throws. */
  async #checked(piece: unknown): Promise<IteratorResult<string | Uint8Array, void>> {
    try {
      return { done: false, value: checkPiece(piece) };
    } catch (error) {
      await this.#end({ error });
      this.#endSource();
      throw error;
    }
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
    this.#ended.resolve(undefined);
    return this.#close(failure);
  }
}

/** @throws BuildError `wrong_result` for a piece that is neither text nor bytes */
function checkPiece(piece: unknown): string | Uint8Array {
  if (typeof piece === "string" || piece instanceof Uint8Array) return piece;
  throw new BuildError("wrong_result", `Yield strings or Uint8Arrays from a stream(): it yielded ${typeOf(piece)}`);
}

/** Tells whether an answer waits for the first piece of its stream. A reader of events learns at once that it is connected. */
export function waitsForPiece({ headers }: HostResponse, { method }: HostRequest): boolean {
  const type = headers["content-type"];
  return method !== "HEAD" && !(typeof type === "string" && /^text\/event-stream(?:;|$)/i.test(type));
}

function typeOf(piece: unknown): string {
  return piece === null ? "null" : typeof piece;
}
