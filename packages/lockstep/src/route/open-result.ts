/**
 * A response schema that lets every member leave, such as `z.any()`. It is `unchecked()` without its reason: if the handler
 * returns the row of a table, the password hash leaves with it, and no type shows it.
 */
import { BuildError } from "../problem/error.ts";
import { isSchemaObject, type JsonSchema, jsonSchemaOf, schemaList } from "../schema/json-schema.ts";
import { itemsOf, partsOf, saysNothing, unknownMembersOf } from "../schema/members.ts";
import type { AnySchema } from "../schema/schema.ts";
import { typesIn } from "../schema/shape.ts";

/** The keyword with the reason why a schema lets everything through. */
export const uncheckedKeyword = "x-lockstep-unchecked";

/** @throws BuildError `wrong_schema` for a schema that lets every member leave, and that is not `unchecked()` */
export function checkLimited(schema: AnySchema, where: string): void {
  const json = jsonOf(schema, where);
  if (json === undefined || !isOpen(json, json, where)) return;
  throw new BuildError(
    "wrong_schema",
    `${where}: list the members that may leave, with z.object({ id: z.string() }), or write unchecked("reason"): this schema lets every member leave`,
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

/** The schemas on the way to one: all of them, and those above the last member that nobody named. */
interface Way {
  readonly above: readonly JsonSchema[];
  readonly records: readonly JsonSchema[];
}

/** Whether the value, an item of it, or a member that nobody named may be anything. A named member may be: somebody named it. */
function isOpen(
  schema: JsonSchema,
  root: JsonSchema,
  where: string,
  { above, records }: Way = { above: [], records: [] },
): boolean {
  if (!isSchemaObject(schema)) return schema;
  // A record of such records, at any depth: `z.json()`.
  if (records.includes(schema)) return true;
  if (above.includes(schema) || Object.hasOwn(schema, uncheckedKeyword)) return false;
  if (saysNothing(schema)) return true;
  const below = [...above, schema];
  const inside = (one: JsonSchema): boolean => isOpen(one, root, where, { above: below, records });
  const all = schemaList(schema["allOf"]);
  const isListOfAnything = typesIn(schema)?.has("array") === true && !("items" in schema || "prefixItems" in schema);
  return (
    isListOfAnything ||
    (all.length > 0 && all.every(inside)) ||
    [...partsOf(schema, root, where), ...itemsOf(schema)].some((one) => !all.includes(one) && inside(one)) ||
    unknownMembersOf(schema).some((one) => isOpen(one, root, where, { above: below, records: below }))
  );
}
