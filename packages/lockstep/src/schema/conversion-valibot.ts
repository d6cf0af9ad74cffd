/** Options of valibot's converter to JSON Schema. */
import type { Direction, JsonSchemaObject } from "./json-schema.ts";

/** Passed by the converter for each schema, after its own work. */
export interface ValibotConversion {
  readonly valibotSchema: { readonly type: string };
  readonly jsonSchema: JsonSchemaObject;
}

/** Passed by the converter for each action of a pipe, after its own work. */
interface ActionConversion {
  readonly valibotAction: { readonly kind: string; readonly type: string };
  readonly jsonSchema: JsonSchemaObject;
}

/**
 * The options for one direction. The converter refuses rules that are code (`v.check`) or change text (`v.trim`) unless it is
 * told what to write. Such a rule only narrows what its schema says, so the schema is described without it. What returns another
 * type (`v.transform`) may return anything, unless a schema follows it in the pipe. A type that has no JSON Schema is still
 * refused.
 */
export function valibotOptions(direction: Direction): Readonly<Record<string, unknown>> {
  return {
    overrideAction: ({ valibotAction, jsonSchema }: ActionConversion) =>
      direction === "input" || keepsType(valibotAction) ? jsonSchema : {},
    overrideSchema: openLooseObject,
  };
}

/** Transformations whose result is described by the schema before them. */
const keeping: ReadonlySet<string> = new Set([
  "brand",
  "filter_items",
  "flavor",
  "guard",
  "normalize",
  "readonly",
  "sort_items",
  "to_camel_case",
  "to_kebab_case",
  "to_lower_case",
  "to_max_value",
  "to_min_value",
  "to_pascal_case",
  "to_snake_case",
  "to_upper_case",
  "trim",
  "trim_end",
  "trim_start",
]);

/**
 * Whether the result has the type of the value before it. For an input the converter stops at an action that changes the type.
 */
function keepsType({ kind, type }: ActionConversion["valibotAction"]): boolean {
  return kind !== "transformation" || keeping.has(type);
}

/**
 * The JSON Schema of valibot's looseObject, which, unlike zod's, does not say that it is open; `undefined`, which changes
 * nothing, for any other.
 */
export function openLooseObject({ valibotSchema, jsonSchema }: ValibotConversion): JsonSchemaObject | undefined {
  return valibotSchema.type === "loose_object" ? { ...jsonSchema, additionalProperties: {} } : undefined;
}
