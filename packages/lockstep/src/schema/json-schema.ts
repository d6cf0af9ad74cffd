/**
 * The JSON Schema of a schema, and how references inside it are followed. Asking a library for it is `conversion.ts`'s work;
 * strictness is derived from it in `shape.ts`, and the way parameters are read in `parameter-text.ts`.
 */
import { BuildError } from "../problem/error.ts";
import { type Conversion, convertSchema } from "./conversion.ts";
import type { AnySchema } from "./schema.ts";

/** A JSON Schema object (draft 2020-12). Its keywords are checked where they are read. */
export type JsonSchemaObject = Readonly<Record<string, unknown>>;

/** A JSON Schema; `true` fits everything and `false` nothing. */
export type JsonSchema = JsonSchemaObject | boolean;

/** What a schema accepts, or what it returns: defaults and transformations tell the two apart. */
export type Direction = "input" | "output";

const known: Readonly<Record<Direction, WeakMap<AnySchema, Conversion>>> = { input: new WeakMap(), output: new WeakMap() };

/**
 * The JSON Schema (draft 2020-12) of a schema's input or output. A schema is converted once for each direction,
 * and everyone who asks shares the result: do not change it. A failure is not kept, because its message names `where`: the input
 * for the developer, for example `query("limit")`.
 *
 * @throws BuildError `wrong_schema` if the schema has no JSON Schema
 */
export function jsonSchemaOf(schema: AnySchema, where: string, direction: Direction = "input"): JsonSchemaObject {
  const before = known[direction].get(schema);
  if (before?.isCurrent() === true) return before.json;
  const conversion = convertSchema(schema, where, direction);
  known[direction].set(schema, conversion);
  return conversion.json;
}

/** Tells whether a value found in a JSON Schema is itself one. */
export function isJsonSchema(value: unknown): value is JsonSchema {
  return typeof value === "boolean" || isSchemaObject(value);
}

/** Tells whether a value is a record of keywords (or of schemas). */
export function isSchemaObject(value: unknown): value is JsonSchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schemas of a keyword that holds a list of them; none where it is absent. */
export function schemaList(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value.filter(isJsonSchema) : [];
}

/**
 * Follows a reference inside one document: `#` or `#/…`, an RFC 6901 pointer as a URI fragment.
 *
 * @throws BuildError `wrong_schema` if it leads nowhere
 */
export function followReference(root: JsonSchema, reference: string, where: string): JsonSchema {
  let found: unknown = root;
  for (const part of reference.startsWith("#/") ? reference.slice(2).split("/") : []) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(found)) found = found[Number(key)];
    else found = isSchemaObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  if ((reference === "#" || reference.startsWith("#/")) && isJsonSchema(found)) return found;
  throw new BuildError(
    "wrong_schema",
    `${where}: use a schema without outside references: its JSON Schema refers to ${reference}, which is not in it`,
  );
}
