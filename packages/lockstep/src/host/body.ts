/** Bodies: the ways in which reading one may fail, and how the body of a stream is sent. */
import { Unavailable } from "../problem/error.ts";
import { ownProblem, type Problem } from "../problem/problem.ts";

/** The problem of a body that is larger than the route allows: **413** `too_large`. */
export function tooLarge(): Problem {
  return ownProblem(413, "too_large", "The body is too large.");
}

/**
 * The problem of a body that ends too early, because the client went away or was too slow: **400** `malformed_request`. It takes
 * the place of the error that reading threw, which would be reported as an error of the application.
 */
export function cutShort(cause: unknown): Problem {
  return ownProblem(400, "malformed_request", "The body did not arrive whole.", { cause });
}

/** The client went away before the handler ran. Nobody reads this answer; open resources are told by it. */
export function clientGone(): Problem {
  return ownProblem(400, "malformed_request", "The client went away.");
}

/** The error of an answer that was broken off before its last byte: **503** if nothing has been sent. */
export function brokenOff(cause: unknown): Unavailable {
  return new Unavailable("The answer was broken off", { cause });
}

/**
 * Reads the body of a `HostResponse` piece by piece. `return()` ends it, also before the first piece: the resources of the
 * route then close. A generator that has not started would run none of its code.
 *
 * @example
 * ```ts
 * await pipeline(Readable.from(new Pieces(body)), outgoing);
 * ```
 */
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

/** Ends a body that is not sent, so the resources of its route close. A text and bytes need no end. */
export function discard(body: string | Uint8Array | AsyncIterable<string | Uint8Array> | undefined): void {
  if (typeof body === "object" && Symbol.asyncIterator in body) void new Pieces(body).return().catch(() => {});
}
