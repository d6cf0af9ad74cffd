/** Dates in a result: written as text where the response schema says `date-time`, as every row of a database needs. */
import {
  followReference,
  isJsonSchema,
  isSchemaObject,
  type JsonSchema,
  type JsonSchemaObject,
  schemaList,
} from "../schema/json-schema.ts";

/** Writes the dates of a result. */
export type DateWriter = (result: unknown) => unknown;

/**
 * Compiles the places in which a schema takes `date-time`; `undefined` if there are none. A `Date` anywhere else stays what it
 * is, and the schema refuses it with the place. Only the parts of a result that contain a date are copied.
 */
export function dateWriter(root: JsonSchemaObject, where: string): DateWriter | undefined {
  if (!JSON.stringify(root).includes('"date-time"')) return undefined;
  const partsOf = (schema: JsonSchema, seen: readonly JsonSchema[] = []): readonly JsonSchemaObject[] => {
    if (!isSchemaObject(schema) || seen.includes(schema)) return [];
    const reference = schema["$ref"];
    const below = [
      ...(typeof reference === "string" ? [followReference(root, reference, where)] : []),
      ...["allOf", "anyOf", "oneOf"].flatMap((key) => schemaList(schema[key])),
    ];
    return [schema, ...below.flatMap((one) => partsOf(one, [...seen, schema]))];
  };
  const write = (value: unknown, schemas: readonly JsonSchema[]): unknown => {
    if (typeof value !== "object" || value === null || schemas.length === 0) return value;
    const parts = schemas.flatMap((schema) => partsOf(schema));
    if (value instanceof Date)
      return parts.some((part) => part["format"] === "date-time") && isValid(value) ? value.toISOString() : value;
    if (Array.isArray(value))
      return copied(
        value,
        value.map((item: unknown, index) =>
          write(
            item,
            parts.flatMap((part) => itemOf(part, index)),
          ),
        ),
      );
    if (!isPlain(value)) return value;
    const members = Object.entries(value).map(
      ([name, member]) =>
        [
          name,
          write(
            member,
            parts.flatMap((part) => memberOf(part, name)),
          ),
        ] as const,
    );
    return members.every(([name, member]) => Object.is(member, Reflect.get(value, name))) ? value : Object.fromEntries(members);
  };
  return (result) => write(result, [root]);
}

function isValid(date: Date): boolean {
  return !Number.isNaN(date.getTime());
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function copied(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((item, index) => Object.is(item, before[index])) ? before : after;
}

function itemOf(schema: JsonSchemaObject, index: number): JsonSchema[] {
  const first = schemaList(schema["prefixItems"])[index];
  return [first ?? schema["items"]].filter(isJsonSchema);
}

function memberOf(schema: JsonSchemaObject, name: string): JsonSchema[] {
  const properties = schema["properties"];
  const declared =
    isSchemaObject(properties) && Object.hasOwn(properties, name) ? properties[name] : schema["additionalProperties"];
  return [declared].filter(isJsonSchema);
}
