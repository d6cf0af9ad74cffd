/** Asks a schema's library for its unions. What each library is known to do is in a file of its own. */
import { convertSchema } from "./conversion.ts";
import type { AnySchema } from "./schema.ts";
import { arktypeUnions } from "./union-arktype.ts";
import type { Describe, Tell, Unions } from "./union.ts";
import { valibotUnions } from "./union-valibot.ts";
import { zodUnions } from "./union-zod.ts";

/**
 * The unions of a schema. `where` names the input for the developer.
 *
 * @throws BuildError `wrong_schema` if the schema has no JSON Schema
 */
export function shownUnions(schema: AnySchema, where: string, tell: Tell): Unions {
  const describe: Describe = (options) => convertSchema(schema, where, "input", options).json;
  switch (schema["~standard"].vendor) {
    case "zod":
      return zodUnions(schema, describe, tell);
    case "valibot":
      return valibotUnions(schema, describe, tell);
    case "arktype":
      return arktypeUnions(schema, describe);
    default:
      return { json: describe({}), shown: [], schema };
  }
}
