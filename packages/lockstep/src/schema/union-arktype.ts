/**
 * arktype's unions. It keeps every member of an object, so it need not be told which alternative to take; its alternatives are
 * only asked. They are found by the names of its types in JSON Schema.
 */
import { isSchemaObject, schemaList } from "./json-schema.ts";
import type { AnySchema } from "./schema.ts";
import { type Accepts, type ShownUnion, unionKey } from "./shape.ts";
import { acceptsOf, type Describe, type Unions } from "./union.ts";

/** The unions of an arktype schema. */
export function arktypeUnions(schema: AnySchema, describe: Describe): Unions {
  const json = describe({ useRefs: true });
  const types = typesOf(schema);
  const shown: ShownUnion[] = [];
  const numbered = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(numbered);
    if (!isSchemaObject(value)) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, numbered(inner)]));
    const alternatives = schemaList(value["anyOf"]);
    const asked = alternatives.map((one) => acceptsOfAlternative(one, types));
    // Without a name, an alternative is a plain type ("null", "object") whose JSON Schema says all about it.
    if (alternatives.length === 0 || asked.includes("unknown")) return copy;
    const accepts = asked.map((one) => (typeof one === "function" ? one : undefined));
    return { ...copy, [unionKey]: shown.push({ accepts, told: false }) - 1 };
  };
  const copy = numbered(json);
  return { json: isSchemaObject(copy) ? copy : json, shown, schema };
}

/** How an alternative is asked; `undefined` if its JSON Schema says all about it, `"unknown"` if its type is not found. */
function acceptsOfAlternative(alternative: unknown, types: ReadonlyMap<string, AnySchema>): Accepts | "unknown" | undefined {
  const reference: unknown = isSchemaObject(alternative) ? alternative["$ref"] : undefined;
  if (typeof reference !== "string") return undefined;
  const type = types.get(reference.replace(/^#\/\$defs\//u, ""));
  return type === undefined ? "unknown" : acceptsOf(type);
}

/** The types that an arktype type is made of, by their names in JSON Schema; the output of a morph is not among them. */
function typesOf(schema: AnySchema): ReadonlyMap<string, AnySchema> {
  const found = new Map<string, AnySchema>();
  const waiting: unknown[] = [memberOf(schema, "in")];
  for (let type = waiting.pop(); type !== undefined; type = waiting.pop()) {
    for (const [name, part] of Object.entries(Object(memberOf(type, "referencesById")))) {
      if (found.has(name) || !isType(part)) continue;
      found.set(name, part);
      if (memberOf(part, "kind") === "alias") waiting.push(memberOf(part, "resolution"));
    }
  }
  return found;
}

function isType(value: unknown): value is AnySchema {
  return typeof Reflect.get(Object(memberOf(value, "~standard")), "validate") === "function";
}

function memberOf(value: unknown, name: string): unknown {
  return (typeof value === "object" && value !== null) || typeof value === "function" ? Reflect.get(value, name) : undefined;
}
