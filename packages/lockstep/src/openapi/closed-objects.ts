/**
 * Objects are strict (`schema/strict.ts`): what a schema does not declare is refused on the way in and dropped on the way out.
 * This module makes the JSON Schema say so, whichever library wrote it. An object that is put together (`allOf`, or members
 * beside a union) is closed as a whole with `unevaluatedProperties`: parts that are closed for themselves fit nothing together.
 */
import { followReference, isSchemaObject, type JsonSchema, type JsonSchemaObject, schemaList } from "../schema/json-schema.ts";
import { mapSubschemas, schemasWithin } from "./subschemas.ts";

type PartsOf = (schema: JsonSchemaObject) => readonly JsonSchemaObject[];

/**
 * Closes every object of a schema that is not declared open. `where` names the schema for the developer.
 *
 * @throws BuildError `wrong_schema` for a reference that leads nowhere
 */
export function closeObjects(root: JsonSchemaObject, where: string): JsonSchemaObject {
  const partsOf: PartsOf = (schema) => directParts(schema, root, where);
  const parts = new Set(
    schemasWithin(root)
      .filter(isComposite)
      .flatMap((whole) => [...reached(partsOf(whole), partsOf)]),
  );
  const close = (schema: JsonSchemaObject): JsonSchemaObject => {
    // Inside `not` and the like a closed object would mean something else.
    const inner = mapSubschemas(schema, (each, keyword) => (isSchemaObject(each) && !conditions.has(keyword) ? close(each) : each));
    if (parts.has(schema)) return withoutClosing(inner);
    if (isOpen(schema)) return inner;
    if (!isComposite(schema)) return hasMembers(schema) ? { ...inner, additionalProperties: false } : inner;
    return [...reached([schema], partsOf)].some(hasMembers) ? { ...withoutClosing(inner), unevaluatedProperties: false } : inner;
  };
  return close(root);
}

const conditions: ReadonlySet<string> = new Set(["not", "if", "then", "else", "contains", "propertyNames", "dependentSchemas"]);

/** What a value must fit beside the schema's own members: references, intersections, unions. */
function directParts(schema: JsonSchemaObject, root: JsonSchemaObject, where: string): readonly JsonSchemaObject[] {
  const { $ref, allOf, anyOf, oneOf } = schema;
  const referenced: readonly JsonSchema[] = typeof $ref === "string" ? [followReference(root, $ref, where)] : [];
  return [...referenced, ...schemaList(allOf), ...schemaList(anyOf), ...schemaList(oneOf)].filter(isSchemaObject);
}

/** The schemas and all their parts, and the parts of those. */
function reached(
  schemas: readonly JsonSchemaObject[],
  partsOf: PartsOf,
  seen = new Set<JsonSchemaObject>(),
): ReadonlySet<JsonSchemaObject> {
  for (const schema of schemas) {
    if (seen.has(schema)) continue;
    seen.add(schema);
    reached(partsOf(schema), partsOf, seen);
  }
  return seen;
}

/** Whether an object's members are declared in several places at once. */
function isComposite(schema: JsonSchemaObject): boolean {
  return "allOf" in schema || (hasMembers(schema) && ["$ref", "anyOf", "oneOf"].some((keyword) => keyword in schema));
}

function hasMembers({ type, properties }: JsonSchemaObject): boolean {
  return type === "object" || (Array.isArray(type) && type.includes("object")) || properties !== undefined;
}

/** Whether a schema says itself what it makes of further members. */
function isOpen({ additionalProperties, unevaluatedProperties }: JsonSchemaObject): boolean {
  return [additionalProperties, unevaluatedProperties].some((further) => further !== undefined && further !== false);
}

function withoutClosing(schema: JsonSchemaObject): JsonSchemaObject {
  const closing = (keyword: string): boolean => keyword === "additionalProperties" || keyword === "unevaluatedProperties";
  return Object.fromEntries(Object.entries(schema).filter(([keyword, value]) => value !== false || !closing(keyword)));
}
