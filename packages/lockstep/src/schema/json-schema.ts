/**
 * The JSON Schema of a schema: how it is asked for, and how references inside it are followed. What is made of it stands
 * elsewhere: strictness in `shape.ts`, how parameters are read in `parameter-text.ts`.
 */
import { BuildError } from "../problem/error.ts";
import type { AnySchema } from "./schema.ts";

/** A JSON Schema object (draft 2020-12). Its keywords are checked where they are read. */
export type JsonSchemaObject = Readonly<Record<string, unknown>>;

/** A JSON Schema; `true` fits everything and `false` nothing. */
export type JsonSchema = JsonSchemaObject | boolean;

/** What a schema accepts, or what it gives. */
export type Direction = "input" | "output";

/**
 * The JSON Schema of what a schema accepts, or of what it gives, draft 2020-12. `where` names the input for the developer, for
 * example `query("limit")`. `further` are options of the library's own converter.
 *
 * @throws BuildError `wrong_schema` where the schema can give none
 */
export function jsonSchemaOf(
  schema: AnySchema,
  where: string,
  direction: Direction = "input",
  further: LibraryOptions = {},
): JsonSchemaObject {
  const standard = standardOf(schema, where);
  if (typeof standard.jsonSchema?.[direction] !== "function") {
    throw new BuildError(
      "wrong_schema",
      `${where}: the schema gives no JSON Schema: use zod 4 or arktype 2, or wrap a valibot schema in toStandardJsonSchema() of @valibot/to-json-schema`,
    );
  }
  try {
    const options = { ...libraryOptions[standard.vendor ?? ""], ...further };
    return standard.jsonSchema[direction]({ target: "draft-2020-12", libraryOptions: options });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "no reason given";
    throw new BuildError(
      "wrong_schema",
      `${where}: the schema has no JSON Schema (${why}): describe what is sent, for example z.iso.datetime() instead of z.date(), z.codec(z.iso.datetime(), z.date(), …) to get a Date, z.record() instead of z.map()`,
      { cause },
    );
  }
}

/** Options of a library's converter to JSON Schema. */
export type LibraryOptions = Readonly<Record<string, unknown>>;

interface ConverterOptions {
  readonly target: "draft-2020-12";
  readonly libraryOptions: LibraryOptions;
}

/** What may be missing in a JavaScript caller's schema. */
interface LooseStandard {
  readonly vendor?: string;
  readonly jsonSchema?: Readonly<Record<Direction, (options: ConverterOptions) => JsonSchemaObject>>;
}

/**
 * valibot refuses to describe a rule that is code (`v.check`) or changes text (`v.trim`) unless told how. Such a rule only
 * narrows what its schema says, so that the schema is described without it; a type that has no JSON Schema still throws. And
 * its looseObject, unlike zod's, does not say that it is open.
 */
const libraryOptions: Readonly<Record<string, LibraryOptions>> = {
  valibot: {
    overrideAction: ({ jsonSchema }: { readonly jsonSchema: unknown }) => jsonSchema,
    overrideSchema: openLooseObject,
  },
};

/** What valibot's converter hands over for each schema, after its own work. */
export interface ValibotConversion {
  readonly valibotSchema: { readonly type: string };
  readonly jsonSchema: JsonSchemaObject;
}

/** The JSON Schema of valibot's looseObject; `undefined`, which changes nothing, for any other. */
export function openLooseObject({ valibotSchema, jsonSchema }: ValibotConversion): JsonSchemaObject | undefined {
  return valibotSchema.type === "loose_object" ? { ...jsonSchema, additionalProperties: {} } : undefined;
}

function standardOf(schema: unknown, where: string): LooseStandard {
  // A schema is an object (zod, valibot) or a function (arktype).
  const standard =
    schema !== null && (typeof schema === "object" || typeof schema === "function") ? Reflect.get(schema, "~standard") : undefined;
  if (typeof standard !== "object" || standard === null) {
    throw new BuildError("wrong_schema", `${where}: the schema is missing: give a Standard Schema (zod 4, arktype 2, valibot)`);
  }
  return standard;
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
 * @throws BuildError `wrong_schema` where it leads nowhere
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
    `${where}: the JSON Schema refers to ${reference}, which is not in it: use a schema without outside references`,
  );
}
