/** The bytes of a body, for bodies that are signed as sent. */
import type { Dependency } from "../dependency/dependency.ts";
import { checkOptions } from "../problem/options.ts";
import type { Identifies } from "./identifies.ts";
import { inputDependency } from "./input-dependency.ts";
import { rawIds } from "./object-ids.ts";
import { type BodyKind, checkMediaTypes, readBody } from "./content-type.ts";

/** What a raw body may be. */
export interface RawBodyOptions<I extends Identifies = Identifies> {
  /**
   * Whether the bytes contain ids of objects; a route that reads them declares one or the other:
   * `nothing("signed by the sender")`.
   */
  readonly identifies?: I;
  /** The media types that are accepted, `type/subtype` in lower case or `type/*+suffix`. Default: any, or none at all. */
  readonly mediaTypes?: readonly string[];
}

/**
 * The body as it was sent, in memory: for a webhook's signature. `bodyStream()` reads a larger one in pieces. Read once, also
 * beside a `body()` of the same route; compressed bodies are refused (415), so the bytes are those that the sender signed.
 *
 * @throws BuildError `wrong_option`, and `wrong_input` for an invalid media type
 * @example
 * ```ts
 * const event = authorize({ payload: rawBody(), signature: header("X-Signature", z.string()), client }, verifySignature);
 * ```
 */
export function rawBody<const I extends Identifies = never>(
  options: RawBodyOptions<I> = {},
): Dependency<Uint8Array, "object" extends I ? "object-id:rawBody" : never> {
  checkOptions<RawBodyOptions>("rawBody()", options, { identifies: true, mediaTypes: true });
  const mediaTypes = checkMediaTypes("rawBody()", options.mediaTypes ?? []);
  const kind: BodyKind = { accepted: mediaTypes, text: false };
  const input = {
    kind: "raw-body",
    name: "",
    schema: undefined,
    objectIds: rawIds("rawBody", options.identifies),
    mediaTypes,
  } as const;
  return inputDependency(input, [], (source) => readBody(source, kind).then(({ content }) => content.raw));
}
