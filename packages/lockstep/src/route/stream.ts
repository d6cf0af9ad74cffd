/** `stream()`: a result that is sent piece by piece. */
import { readHeaders, type AnswerHeaders } from "../problem/answer-headers.ts";
import { recogniseEverywhere } from "../brand.ts";

/** What a stream says of itself. */
export interface StreamOptions {
  /** The media type. */
  readonly type: string;
  /** Default 200. */
  readonly status?: number;
  /** Further response headers. */
  readonly headers?: AnswerHeaders;
}

/** A streaming result; made by `stream()`. */
export class StreamReply {
  static {
    recogniseEverywhere(this, "StreamReply");
  }

  readonly chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;
  readonly options: StreamOptions;
  readonly headers: AnswerHeaders;

  constructor(chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>, options: StreamOptions) {
    this.chunks = chunks;
    this.options = options;
    this.headers = readHeaders("stream()", { ...options.headers, "content-type": options.type });
  }
}

/**
 * A result that is sent piece by piece. The route's resources stay open until its last byte and close then; an error on the
 * way, or a client that goes away, is thrown into them.
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
