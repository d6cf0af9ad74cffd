/**
 * The members that a JSON Schema declares, with their paths: `items.productId`. This module owns walking a schema; which member
 * is an id is told in `object-ids.ts`.
 */
import { followReference, isSchemaObject, type JsonSchema, type JsonSchemaObject, schemaList } from "./json-schema.ts";
import { typesIn, valuesIn } from "./shape.ts";

/** How deep a schema that refers to itself is followed: as deep as the types are. A member is a level, and an item is one. */
const recursionLevels = 4;

/** The way to a schema: its level, the schemas that hold for the same value, and those above. */
interface Way {
  readonly level: number;
  readonly here: readonly JsonSchema[];
  readonly above: readonly JsonSchema[];
}

/** Visits a schema, its parts and its members, each with its path. A part and an item have the path of the whole, and no name. */
export function walkMembers(
  root: JsonSchemaObject,
  where: string,
  visit: (path: string, schema: JsonSchema, name?: string) => void,
): void {
  const walk = (schema: JsonSchema, path: string, way: Way, name?: string): void => {
    visit(path, schema, name);
    if (!isSchemaObject(schema) || way.here.includes(schema)) return;
    if (way.level >= recursionLevels && way.above.includes(schema)) return;
    const here = { ...way, here: [...way.here, schema] };
    const below = { level: way.level + 1, here: [], above: [...way.above, ...here.here] };
    for (const one of partsOf(schema, root, where)) walk(one, path, here);
    for (const one of itemsOf(schema)) walk(one, path, below);
    for (const [member, one] of membersOf(schema)) walk(one, path === "" ? member : `${path}.${member}`, below, member);
  };
  walk(root, "", { level: 0, here: [], above: [] });
}

/** Whether the names of a path lead to a member, or into what may have members of any name. */
export function isMember(schema: JsonSchema, names: readonly string[], root: JsonSchema, where: string): boolean {
  const [name, ...rest] = names;
  if (name === undefined) return true;
  return sameValue(schema, root, where).some((one) => {
    if (!isSchemaObject(one)) return one;
    if (hasUnknownNames(one) || saysNothing(one)) return true;
    return membersOf(one).some(([member, inside]) => member === name && isMember(inside, rest, root, where));
  });
}

/** A schema with its parts and its items, and theirs. */
function sameValue(schema: JsonSchema, root: JsonSchema, where: string): JsonSchema[] {
  const all = new Set([schema]);
  // The loop also walks the schemas that it adds.
  for (const one of all) {
    if (isSchemaObject(one)) for (const part of [...partsOf(one, root, where), ...itemsOf(one)]) all.add(part);
  }
  return [...all];
}

const keywords = ["$ref", "allOf", "anyOf", "oneOf", "not", "properties", "items", "prefixItems"];

/** Whether anything fits a schema. */
export function saysNothing(schema: JsonSchemaObject): boolean {
  return typesIn(schema) === undefined && valuesIn(schema) === undefined && !keywords.some((key) => Object.hasOwn(schema, key));
}

/** The schemas that hold for the same value: references, and parts of unions and intersections. */
export function partsOf(schema: JsonSchemaObject, root: JsonSchema, where: string): JsonSchema[] {
  const reference = schema["$ref"];
  return [
    ...(typeof reference === "string" ? [followReference(root, reference, where)] : []),
    ...["allOf", "anyOf", "oneOf"].flatMap((key) => schemaList(schema[key])),
  ];
}

/** The schemas of the items of a list. */
export function itemsOf(schema: JsonSchemaObject): JsonSchema[] {
  const { items } = schema;
  return [...schemaList(schema["prefixItems"]), ...(isSchemaObject(items) || items === true ? [items] : [])];
}

/** The members whose names are known, and under `*` those of unknown names. */
export function membersOf(schema: JsonSchemaObject): [string, JsonSchema][] {
  const rest = restOf(schema);
  const others = isSchemaObject(rest) ? (listedNames(schema) ?? ["*"]).map((name) => [name, rest] as const) : [];
  const patterns = Object.values(recordIn(schema, "patternProperties")).map((member) => ["*", member] as const);
  const declared = Object.entries(recordIn(schema, "properties"));
  return [...declared, ...others, ...patterns].map(([name, member]) => [name, asSchema(member)]);
}

/** Whether a schema takes members whose names nobody declared. */
export function hasUnknownNames(schema: JsonSchemaObject): boolean {
  const rest = restOf(schema);
  const isOpen = rest !== undefined && rest !== false && listedNames(schema) === undefined;
  return isOpen || Object.keys(recordIn(schema, "patternProperties")).length > 0;
}

function restOf(schema: JsonSchemaObject): unknown {
  return schema["additionalProperties"] ?? schema["unevaluatedProperties"];
}

/** The names that a record is limited to, if it is. */
function listedNames(schema: JsonSchemaObject): readonly string[] | undefined {
  const names = schema["propertyNames"];
  return isSchemaObject(names) ? valuesIn(names)?.filter((name) => typeof name === "string") : undefined;
}

function recordIn(schema: JsonSchemaObject, key: string): JsonSchemaObject {
  const found = schema[key];
  return isSchemaObject(found) ? found : {};
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === "boolean" || isSchemaObject(value) ? value : true;
}
