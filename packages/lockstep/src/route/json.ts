/** JSON of another media type than `application/json`. */
import { BuildError } from "../problem/error.ts";
import type { Schema } from "../schema/schema.ts";
import { declareContent } from "./content.ts";
import { isJsonType, jsonContent } from "./json-content.ts";
import { checkMediaType } from "./text.ts";

/**
 * A response that is JSON of a media type of its own. The result is cut to the schema and checked, as for a plain schema.
 *
 * @param type a media type in lower case whose subtype ends in `json`: `application/ld+json`
 * @throws BuildError `wrong_option` for text that is not such a media type
 *
 * @example
 * ```ts
 * get("/person", { deps: { user }, response: json("application/ld+json", Person) }, ({ user }) => personOf(user));
 * ```
 */
export function json<In>(type: string, schema: Schema<In, unknown>): Schema<In, unknown> {
  checkMediaType("json()", type);
  if (!isJsonType(type)) throw new BuildError("wrong_option", `json(): use text("${type}"): it is not a media type of JSON`);
  return declareContent<In>(jsonContent(schema, type));
}
