/** `stream()`: a result that is sent piece by piece. */
import { readHeaders, type AnswerHeaders } from "../problem/answer-headers.ts";
import { recogniseEverywhere } from "../brand.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { checkStatus } from "./reply.ts";

/** What a stream says of itself. */
export interface StreamOptions {
  /** The media type. */
  readonly type: string;
  /** Default 200. */
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
  readonly options: StreamOptions;
  readonly headers: AnswerHeaders;

  /** @throws BuildError `wrong_option`, `wrong_result` */
  constructor(chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>, options: StreamOptions) {
    checkOptions("stream()", options, streamOptions);
    if (!isIterable(chunks)) throw new BuildError("wrong_result", "stream(): pass an iterable or a generator of text or bytes");
    if (options.status !== undefined) checkStatus("stream()", options.status);
    this.chunks = chunks;
    this.options = options;
    this.headers = readHeaders("stream()", { ...options.headers, "content-type": options.type });
  }
}

function isIterable(chunks: unknown): boolean {
  if (typeof chunks !== "object" || chunks === null) return typeof chunks === "string";
  return Symbol.asyncIterator in chunks || Symbol.iterator in chunks;
}

/**
 * A result that is sent piece by piece. The route's resources stay open until its last byte and close then; an error on the
 * way, or a client that goes away, is thrown into them. A piece that is neither text nor bytes breaks the answer off.
 *
 * @throws BuildError `wrong_option`, and `wrong_result` for a value that is not iterable, a status outside 200 to 599, or a
 * header that cannot be written
 *
 * @example
 * ```ts
 * return stream(rows(), { type: "application/x-ndjson" });
 * ```
 */
export function stream(
  chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  options: StreamOptions,
): StreamReply {
  return new StreamReply(chunks, options);
}
