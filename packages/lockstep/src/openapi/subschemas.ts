/**
 * The places of schemas inside a schema (draft 2020-12). Everything else in one is data (`default`, `const`, `examples`): a
 * `$ref` there is no reference, and nothing of it is rewritten.
 */
import { isJsonSchema, isSchemaObject, type JsonSchema, type JsonSchemaObject, schemaList } from "../schema/json-schema.ts";

const single: ReadonlySet<string> = new Set([
  "additionalProperties",
  "unevaluatedProperties",
  "propertyNames",
  "items",
  "unevaluatedItems",
  "contains",
  "not",
  "if",
  "then",
  "else",
  "contentSchema",
]);
const lists: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const records: ReadonlySet<string> = new Set(["properties", "patternProperties", "dependentSchemas", "$defs"]);

/**
 * A copy of a schema in which `map` has replaced each schema directly inside. Data is copied, too: the library's schema is
 * shared.
 */
export function mapSubschemas(schema: JsonSchemaObject, map: (inner: JsonSchema, keyword: string) => JsonSchema): JsonSchemaObject {
  const mapped = (keyword: string, inner: unknown): unknown => (isJsonSchema(inner) ? map(inner, keyword) : inner);
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (single.has(keyword)) return [keyword, mapped(keyword, value)];
      if (lists.has(keyword) && Array.isArray(value)) return [keyword, value.map((inner) => mapped(keyword, inner))];
      if (!records.has(keyword) || !isSchemaObject(value)) return [keyword, copied(value)];
      return [keyword, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapped(keyword, inner)]))];
    }),
  );
}

/** Copies lists and plain records. Anything else belongs to the developer and is not copied. */
function copied(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(copied);
  const isPlain = typeof data === "object" && data !== null && Object.getPrototypeOf(data) === Object.prototype;
  return isPlain ? Object.fromEntries(Object.entries(data).map(([name, value]) => [name, copied(value)])) : data;
}

/** The schemas directly inside a schema. */
export function subschemas(schema: JsonSchemaObject): readonly JsonSchema[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (single.has(keyword)) return isJsonSchema(value) ? [value] : [];
    if (lists.has(keyword)) return schemaList(value);
    return records.has(keyword) && isSchemaObject(value) ? Object.values(value).filter(isJsonSchema) : [];
  });
}

/** The schema and all objects inside it, each once; references are not followed. */
export function schemasWithin(schema: JsonSchema): readonly JsonSchemaObject[] {
  return isSchemaObject(schema) ? [schema, ...subschemas(schema).flatMap(schemasWithin)] : [];
}
