/** `stream()`: a result that is sent piece by piece. */
import { readHeaders, type AnswerHeaders } from "../problem/answer-headers.ts";
import { recogniseEverywhere } from "../brand.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { checkStatus } from "./reply.ts";

/** What a stream says of itself. */
export interface StreamOptions {
  /** The media type. Default: the one that the route declares. */
  readonly type?: string;
  /** Default: the status of the declared response. */
  readonly status?: number;
  /** Further response headers. */
  readonly headers?: AnswerHeaders;
}

const streamOptions: KnownOptions<StreamOptions> = { type: true, status: true, headers: true };

/** A streaming result; made by `stream()`. */
export class StreamReply {
  static {
    recogniseEverywhere(this, "StreamReply");
  }

  readonly chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;
  readonly status: number | undefined;
  readonly headers: AnswerHeaders;

  /** @throws BuildError `wrong_option`, `wrong_result` */
  constructor(chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>, options: StreamOptions = {}) {
    checkOptions("stream()", options, streamOptions);
    if (!isIterable(chunks)) throw new BuildError("wrong_result", "stream(): pass an iterable or a generator of text or bytes");
    if (options.status !== undefined) checkStatus("stream()", options.status);
    this.chunks = chunks;
    this.status = options.status;
    this.headers = readHeaders("stream()", {
      ...options.headers,
      ...(options.type === undefined ? {} : { "content-type": options.type }),
    });
  }
}

function isIterable(chunks: unknown): boolean {
  if (typeof chunks !== "object" || chunks === null) return typeof chunks === "string";
  return Symbol.asyncIterator in chunks || Symbol.iterator in chunks;
}

/**
 * A result that is sent piece by piece, of a route that declares `text()` or `file()`. The route's resources stay open until its
 * last byte and close then; an error on the way, or a client that goes away, is thrown into them. A piece that is neither text
 * nor bytes breaks the answer off.
 *
 * The head is sent with the first piece, or after two seconds without one; that of `text/event-stream` at once. So an error
 * before the first piece, of a query for example, is answered like an error of the handler.
 *
 * @throws BuildError `wrong_option`, and `wrong_result` for a value that is not iterable, a status outside 200 to 599, or a
 * header that cannot be written
 *
 * @example
 * ```ts
 * get("/rows", { deps: { user }, response: text("application/x-ndjson") }, () => stream(rows()));
 * ```
 */
export function stream(
  chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  options: StreamOptions = {},
): StreamReply {
  return new StreamReply(chunks, options);
}
