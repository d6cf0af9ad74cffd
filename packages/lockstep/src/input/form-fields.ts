/** Which fields a form has and how each is read, from the JSON Schema of the whole form. */
import { BuildError } from "../problem/error.ts";
import {
  followReference,
  isSchemaObject,
  type JsonSchema,
  type JsonSchemaObject,
  jsonSchemaOf,
  schemaList,
} from "../schema/json-schema.ts";
import { type ParameterReader, parameterReader } from "./parameter-text.ts";
import type { AnySchema } from "../schema/schema.ts";

/**
 * Compiles how each field of a form is read. A field that the schema does not declare is read as text (and refused by
 * strictness).
 *
 * @throws BuildError `wrong_input` if the schema is not of an object or a field is of a type that text cannot have,
 * `wrong_schema`
 */
export function formFields(schema: AnySchema, where: string): (name: string) => ParameterReader {
  const root = jsonSchemaOf(schema, where);
  const objects = objectsIn(root, root, where);
  if (!objects.some((one) => one["type"] === "object" || "properties" in one)) {
    throw new BuildError("wrong_input", `${where}: use an object schema: a form is a record of fields`);
  }
  const declared = new Map<string, JsonSchema[]>();
  for (const object of objects) {
    for (const [name, field] of Object.entries(isSchemaObject(object["properties"]) ? object["properties"] : {})) {
      // If several alternatives declare a field, it may have the type of any of them.
      if (isSchemaObject(field)) declared.set(name, [...(declared.get(name) ?? []), field]);
    }
  }
  const further = objects.map((one) => one["additionalProperties"]).filter(isSchemaObject);
  const reader = (name: string, fields: readonly JsonSchema[]): ParameterReader => {
    return parameterReader(fields.length === 0 ? true : { anyOf: fields }, root, `${where}: field "${name}"`, false);
  };
  const readers = new Map([...declared].map(([name, fields]) => [name, reader(name, fields)] as const));
  const otherwise = reader("*", further);
  return (name) => readers.get(name) ?? otherwise;
}

/** The objects a schema is made of: through references, unions and intersections. */
function objectsIn(schema: JsonSchema, root: JsonSchema, where: string, seen = new Set<JsonSchema>()): readonly JsonSchemaObject[] {
  if (!isSchemaObject(schema) || seen.has(schema)) return [];
  seen.add(schema);
  const reference = schema["$ref"];
  const parts = typeof reference === "string" ? [followReference(root, reference, where)] : [];
  for (const key of ["allOf", "anyOf", "oneOf"]) parts.push(...schemaList(schema[key]));
  return [schema, ...parts.flatMap((part) => objectsIn(part, root, where, seen))];
}
