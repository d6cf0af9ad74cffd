/** Bodies that are read in pieces: of any size, with little memory. */
import type { Dependency } from "../dependency/dependency.ts";
import { checkOptions } from "../problem/options.ts";
import { type BodyKind, checkContentType, checkMediaTypes, undeclared } from "./content-type.ts";
import type { Identifies } from "./identifies.ts";
import { inputDependency } from "./input-dependency.ts";
import { checkLimit } from "./limits.ts";
import { rawIds } from "./object-ids.ts";
import { readableOnce } from "./readable-once.ts";

/** What a body that is read in pieces may be. */
export interface BodyStreamOptions<I extends Identifies = Identifies> {
  /**
   * Whether the bytes contain ids of objects; a route that reads them declares one or the other:
   * `nothing("a photo of the caller's own")`.
   */
  readonly identifies?: I;
  /** The media types that are accepted, `type/subtype` in lower case or `type/*+suffix`. Default: any, or none at all. */
  readonly mediaTypes?: readonly string[];
  /** The longest body, in bytes. Default: `maxBodyBytes` of the route. */
  readonly maxBytes?: number;
}

/**
 * The body in pieces, as they come, for a body that is too large to keep in memory. A piece is read from the client when the
 * handler asks for it, so a slow handler slows the client down. Read it once; no other input of the route can read the body. The
 * handler may leave the loop, or never begin it: the rest is not read, and the connection closes after the answer.
 *
 * Answers 415 before anything is read for another media type and for a compressed body, and 413 for a body that announces more
 * than `maxBytes`. If more comes, or the body ends too early, the loop throws: 413, or 400 for a client that went away. Let it
 * through, so the resources of the request roll back.
 *
 * @throws BuildError `wrong_option`, and `wrong_input` for an invalid media type
 * @example
 * ```ts
 * const recording = bodyStream({
 *   mediaTypes: ["audio/ogg"],
 *   maxBytes: 200 * 1024 * 1024,
 *   identifies: nothing("what the caller recorded"),
 * });
 * ```
 */
export function bodyStream<const I extends Identifies = never>(
  options: BodyStreamOptions<I> = {},
): Dependency<AsyncIterable<Uint8Array>, "input" | ("object" extends I ? "object-id:bodyStream" : never)> {
  checkOptions<BodyStreamOptions>("bodyStream()", options, { identifies: true, mediaTypes: true, maxBytes: true });
  const { maxBytes } = options;
  if (maxBytes !== undefined) checkLimit("bodyStream()", "maxBytes", maxBytes);
  const mediaTypes = checkMediaTypes("bodyStream()", options.mediaTypes ?? []);
  const kind: BodyKind = { accepted: mediaTypes, text: false };
  const input = {
    kind: "body-stream",
    name: "",
    schema: undefined,
    objectIds: rawIds("bodyStream", options.identifies),
    mediaTypes,
  } as const;
  return inputDependency(input, ["input"], (source) => {
    const isDeclared = checkContentType(source.request, kind);
    if (!isDeclared && mediaTypes.length > 0) throw undeclared(mediaTypes);
    return readableOnce("Read the body", source.pieces(maxBytes ?? source.limits.maxBodyBytes));
  });
}
