/**
 * Shapes: what a JSON Schema says about which members an object may have, compiled once. Everything else in the schema
 * (formats, ranges, patterns of strings) is the validator's and is left out. The operations stand in `strict.ts`.
 *
 * Read: `type const enum properties required additionalProperties unevaluatedProperties patternProperties propertyNames items
 * prefixItems anyOf oneOf allOf $ref`. A name that only another keyword would allow counts as unknown.
 */
import { BuildError } from "../problem/error.ts";
import { followReference, isSchemaObject, type JsonSchema, type JsonSchemaObject, schemaList } from "./json-schema.ts";

/** What a schema says of an object's members. */
export interface Members {
  readonly known: ReadonlyMap<string, Shape>;
  readonly patterns: readonly (readonly [RegExp, Shape])[];
  /** What further members must be; `undefined` where there may be none (the object is closed). */
  readonly rest: Shape | undefined;
  /** The names that further members are limited to, where they are. */
  readonly names: ReadonlySet<string> | undefined;
  readonly required: readonly string[];
}

/** What a schema says of an array's items. */
export interface Items {
  readonly first: readonly Shape[];
  readonly rest: Shape;
}

/** One schema, compiled. All its parts hold together. */
export interface Shape {
  /** The JSON types that fit; `undefined` for any. */
  readonly types: ReadonlySet<string> | undefined;
  /** The only values that fit, where the schema lists them. */
  readonly values: readonly unknown[] | undefined;
  readonly members: Members | undefined;
  readonly items: Items | undefined;
  /** Shapes that hold as well (`allOf`, `$ref`). */
  readonly all: readonly Shape[];
  /** From each group one shape holds (`anyOf`, `oneOf`). */
  readonly choices: readonly (readonly Shape[])[];
  /** The shape alone, where neither of the two adds to it: then it holds for every value alike. */
  readonly alone: readonly Shape[] | undefined;
  /** Whether nothing is said of any object here or below: the value needs no look. */
  readonly silent: boolean;
}

type Building = { -readonly [K in keyof Shape]: Shape[K] };

const blank = { types: undefined, values: undefined, members: undefined, items: undefined, all: [], choices: [], alone: undefined };
/** The shape of a schema that says nothing of objects. */
export const anything: Shape = Object.freeze({ ...blank, silent: true });

/**
 * Compiles a JSON Schema. `where` names the input for the developer.
 *
 * @throws BuildError `wrong_schema` for a reference that leads nowhere or a pattern that is no regular expression
 */
export function compileShape(root: JsonSchemaObject, where: string): Shape {
  const made = new Map<JsonSchemaObject, Shape>();

  function shapeOf(schema: unknown): Shape {
    if (!isSchemaObject(schema)) return anything;
    const before = made.get(schema);
    if (before !== undefined) return before;
    // Entered before it is filled, so that a schema may refer to itself; until then it counts as saying something.
    const shape: Building = { ...blank, silent: false };
    made.set(schema, shape);
    shape.types = typesIn(schema);
    shape.values = valuesIn(schema);
    shape.members = membersIn(schema, shape.types, shapeOf, where);
    shape.items = itemsIn(schema, shapeOf);
    shape.all = [...references(schema).map(shapeOf), ...schemaList(schema["allOf"]).map(shapeOf)];
    shape.choices = ["anyOf", "oneOf"].map((key) => schemaList(schema[key]).map(shapeOf)).filter((group) => group.length > 0);
    if (shape.all.length === 0 && shape.choices.length === 0) shape.alone = [shape];
    shape.silent = isSilent(shape);
    return shape;
  }

  function references(schema: JsonSchemaObject): JsonSchema[] {
    return typeof schema["$ref"] === "string" ? [followReference(root, schema["$ref"], where)] : [];
  }

  return shapeOf(root);
}

/** The JSON types a schema names itself; `undefined` where it names none. */
export function typesIn(schema: JsonSchemaObject): ReadonlySet<string> | undefined {
  const type = schema["type"];
  if (typeof type === "string") return new Set([type]);
  return Array.isArray(type) ? new Set(type.filter((one) => typeof one === "string")) : undefined;
}

/** The values a schema lists itself (`const`, `enum`); `undefined` where it lists none. */
export function valuesIn(schema: JsonSchemaObject): readonly unknown[] | undefined {
  if (Object.hasOwn(schema, "const")) return [schema["const"]];
  return Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
}

type ShapeOf = (schema: unknown) => Shape;

const memberKeywords = ["properties", "additionalProperties", "unevaluatedProperties", "patternProperties", "propertyNames"];

function membersIn(
  schema: JsonSchemaObject,
  types: ReadonlySet<string> | undefined,
  shapeOf: ShapeOf,
  where: string,
): Members | undefined {
  if (!types?.has("object") && !memberKeywords.some((key) => Object.hasOwn(schema, key))) return undefined;
  const known = Object.entries(recordIn(schema, "properties")).map(([name, value]) => [name, shapeOf(value)] as const);
  const patterns = Object.entries(recordIn(schema, "patternProperties"));
  const rest = schema["additionalProperties"] ?? schema["unevaluatedProperties"] ?? false;
  const names = isSchemaObject(schema["propertyNames"]) ? valuesIn(schema["propertyNames"]) : undefined;
  const required = schema["required"];
  return {
    known: new Map(known),
    patterns: patterns.map(([pattern, value]) => [expression(pattern, where), shapeOf(value)] as const),
    rest: rest === false ? undefined : shapeOf(rest),
    names: names === undefined ? undefined : new Set(names.filter((name) => typeof name === "string")),
    required: Array.isArray(required) ? required.filter((name) => typeof name === "string") : [],
  };
}

function expression(pattern: string, where: string): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch (cause) {
    throw new BuildError(
      "wrong_schema",
      `${where}: patternProperties holds ${pattern}, which is no regular expression with the u flag`,
      { cause },
    );
  }
}

function recordIn(schema: JsonSchemaObject, key: string): JsonSchemaObject {
  const found = schema[key];
  return isSchemaObject(found) ? found : {};
}

function itemsIn(schema: JsonSchemaObject, shapeOf: ShapeOf): Items | undefined {
  const items = { first: schemaList(schema["prefixItems"]).map(shapeOf), rest: shapeOf(schema["items"]) };
  return items.rest.silent && items.first.every((shape) => shape.silent) ? undefined : items;
}

/** Both shapes together, as one. */
export function bothShapes(one: Shape, other: Shape): Shape {
  if (one.silent || one === other) return other;
  return other.silent ? one : { ...blank, all: [one, other], silent: false };
}

function isSilent({ members, items, all, choices }: Shape): boolean {
  return (
    members === undefined &&
    items === undefined &&
    all.every((shape) => shape.silent) &&
    choices.flat().every((shape) => shape.silent)
  );
}
