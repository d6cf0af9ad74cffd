/**
 * A response schema that anything fits, such as `z.any()`. It is `unchecked()` without its reason: if the handler returns the row
 * of a table, the password hash leaves with it, and no type shows it.
 */
import { BuildError } from "../problem/error.ts";
import { isSchemaObject, type JsonSchema, jsonSchemaOf, schemaList } from "../schema/json-schema.ts";
import { itemsOf, partsOf, saysNothing } from "../schema/members.ts";
import type { AnySchema } from "../schema/schema.ts";
import { typesIn } from "../schema/shape.ts";

/** The keyword with the reason why a schema lets everything through. */
export const uncheckedKeyword = "x-lockstep-unchecked";

/** @throws BuildError `wrong_schema` for a schema that anything fits, and that is not `unchecked()` */
export function checkLimited(schema: AnySchema, where: string): void {
  const json = jsonOf(schema, where);
  if (json === undefined || !isOpen(json, json, where)) return;
  throw new BuildError(
    "wrong_schema",
    `${where}: list the members that may leave, with z.object({ id: z.string() }), or write unchecked("reason"): anything fits this schema`,
  );
}

/** The side of a schema that cuts the result. `undefined` if neither has a JSON Schema: `resultShape()` says so. */
function jsonOf(schema: AnySchema, where: string): JsonSchema | undefined {
  for (const direction of ["input", "output"] as const) {
    try {
      return jsonSchemaOf(schema, where, direction);
    } catch (error) {
      if (!(error instanceof BuildError && error.code === "wrong_schema")) throw error;
    }
  }
  return undefined;
}

/**
 * Whether the value, or an item of it, may be anything. A named member may be: somebody named it. So may the members of an object
 * that says that it is open (`z.looseObject()`, `z.record()`).
 */
function isOpen(schema: JsonSchema, root: JsonSchema, where: string, above: readonly JsonSchema[] = []): boolean {
  if (!isSchemaObject(schema)) return schema;
  if (above.includes(schema) || Object.hasOwn(schema, uncheckedKeyword)) return false;
  if (saysNothing(schema)) return true;
  const below = [...above, schema];
  const inside = (one: JsonSchema): boolean => isOpen(one, root, where, below);
  const all = schemaList(schema["allOf"]);
  const isListOfAnything = typesIn(schema)?.has("array") === true && !("items" in schema || "prefixItems" in schema);
  return (
    isListOfAnything ||
    (all.length > 0 && all.every(inside)) ||
    [...partsOf(schema, root, where), ...itemsOf(schema)].some((one) => !all.includes(one) && inside(one))
  );
}
