/** Saying that a route answers with something else than JSON. */
import { BuildError } from "../problem/error.ts";
import { parseMediaType } from "../http/media-type.ts";
import type { Schema } from "../schema/schema.ts";
import { openSchema } from "./unchecked.ts";

declare const mediaBody: unique symbol;

/** The input type of `media()`: text, bytes or a stream. */
export interface MediaBody {
  readonly [mediaBody]: true;
}

const types = new WeakMap<object, string>();

/**
 * A response of this media type: the handler returns text or bytes, which are sent as they are, or a `stream()` of the type. It
 * is documented, and a reply of another type is a 500.
 *
 * @param type a media type in lower case, with parameters if you like: `text/csv; charset=utf-8`
 * @throws BuildError `wrong_option` for text that is not a media type
 *
 * @example
 * ```ts
 * get("/notes.csv", { deps: { user }, response: media("text/csv") }, ({ user }) => csvOf(user));
 * ```
 */
export function media(type: string): Schema<MediaBody, unknown> {
  const parsed = typeof type === "string" ? parseMediaType(type) : undefined;
  if (parsed === undefined || type.split(";")[0] !== `${parsed.type}/${parsed.subtype}`) {
    throw new BuildError("wrong_option", 'media(): write a media type in lower case, for example "text/csv" or "image/png"');
  }
  const schema = openSchema<MediaBody>();
  types.set(schema, type);
  return schema;
}

/** The media type of a response, if its schema is one of `media()`. */
export function mediaTypeOf(schema: object): string | undefined {
  return types.get(schema);
}
