/** Bodies as hosts handle them: what may go wrong while one of a request is read, and how that of a stream is sent. */
import { ownProblem, type Problem } from "../problem/problem.ts";

/** More came than the route takes. */
export function tooLarge(): Problem {
  return ownProblem(413, "too_large", "The body is too large.");
}

/** The client went away, or took too long, before the body's end: its doing, and no error of the application. */
export function cutShort(cause: unknown): Problem {
  return ownProblem(400, "malformed_request", "The body did not arrive whole.", { cause });
}

/** The client went away before the handler ran. Nobody reads this answer; open resources are told by it. */
export function clientGone(): Problem {
  return ownProblem(400, "malformed_request", "The client went away.");
}

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
