/**
 * The body of a request, as the core reads it: piece by piece, up to a limit. A host passes the pieces on as they come; this
 * module counts their bytes, and turns an end that comes too early into a problem.
 */
import { BuildError, LockstepError } from "../problem/error.ts";
import { cutShort, tooLarge } from "./body.ts";
import type { HostRequest } from "./host.ts";

/** Reads the body of one request, once. Nothing is read from the client before a piece is asked for. */
export class RequestBody implements AsyncIterableIterator<Uint8Array, undefined, undefined> {
  readonly #request: HostRequest;
  readonly #maxBytes: number;
  #pieces: AsyncIterator<Uint8Array> | undefined;
  #size = 0;
  #isOver = false;
  #failure: LockstepError<string> | undefined;

  /** @throws Problem 413 `too_large` for a body whose announced length is above `maxBytes`: none of it is read */
  constructor(request: HostRequest, maxBytes: number) {
    const [announced = "0"] = request.headers("content-length");
    if (Number(announced) > maxBytes) throw tooLarge();
    this.#request = request;
    this.#maxBytes = maxBytes;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The error that ended the body early, if one did. */
  get failure(): LockstepError<string> | undefined {
    return this.#failure;
  }

  /**
   * The next piece.
   *
   * @throws Problem 413 `too_large` as soon as more than the limit has come, 400 `malformed_request` for a body that ends too
   * early
   * @throws BuildError `wrong_input` if something else has read the body, `wrong_result` for a host that passes on something else
   * than bytes
   */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.checkFailure();
    if (this.#isOver) return { done: true, value: undefined };
    try {
      this.#pieces ??= this.#request.body()[Symbol.asyncIterator]();
      const { done, value } = await this.#pieces.next();
      this.checkFailure();
      if (done === true) {
        this.#isOver = true;
        return { done, value: undefined };
      }
      this.#count(value);
      return { done: false, value };
    } catch (error) {
      throw await this.fail(error instanceof LockstepError ? error : cutShort(error));
    }
  }

  /** Ends the reading of a body that nobody has read to its end: the request is over. A later read fails. */
  end(): void {
    if (this.#isOver) return;
    this.#failure = cutShort(new Error("The request was answered before its body was read"));
    void this.return().catch(() => {});
  }

  /**
   * Ends the reading because of an error, also of the content. Every later read fails with the first error. Returns that one, to
   * be thrown.
   */
  async fail(failure: LockstepError<string>): Promise<LockstepError<string>> {
    this.#failure ??= failure;
    // What went wrong first is the answer, whatever the end of the body throws.
    await this.return().catch(() => {});
    return this.#failure;
  }

  /** Leaves the rest unread. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#isOver) {
      this.#isOver = true;
      await this.#pieces?.return?.();
    }
    return { done: true, value: undefined };
  }

  /** @throws the error that ended the body early, if one did */
  checkFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #count(piece: unknown): void {
    if (!(piece instanceof Uint8Array))
      throw new BuildError("wrong_result", "HostRequest.body(): yield each piece as a Uint8Array: it is something else");
    this.#size += piece.length;
    if (this.#size > this.#maxBytes) throw tooLarge();
  }
}

/** Reads a body to its end and returns it in one piece. The errors are those of `RequestBody`. */
export async function readWhole(body: RequestBody): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    pieces.push(piece);
  }
  return joined(pieces, size);
}

/** Puts pieces together. `size` is the number of all their bytes. */
export function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const all = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return all;
}
