/**
 * Shapes: what a JSON Schema says about which members an object may have, compiled once. Everything else in the schema
 * (formats, ranges, patterns of strings) is the validator's and is left out. The operations are in `strict.ts`.
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
  /** The shape of further members; `undefined` if there may be none (the object is closed). */
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

/** Tells whether one alternative, alone, accepts a value. An asynchronous one counts as accepting: its answer comes too late. */
export type Accepts = (value: unknown) => boolean;

/** A union as its library shows it (`union.ts`). */
export interface ShownUnion {
  /** For each alternative how it is asked alone, or `undefined` if its JSON Schema says all about it. */
  readonly accepts: readonly (Accepts | undefined)[];
  /**
   * Whether the library can be told which alternative to take. Otherwise it keeps every member, or takes the only one that fits.
   */
  readonly told: boolean;
}

/** A union: one of the alternatives holds for a value. */
export interface Choice {
  readonly shapes: readonly Shape[];
  /** `undefined` if the library does not show its unions: then nobody knows which alternative it takes. */
  readonly shown: ShownUnion | undefined;
}

/** A compiled JSON Schema. */
export interface Compiled {
  readonly root: Shape;
  /** Every choice in it, at any depth. */
  readonly choices: readonly Choice[];
}

/** The keyword under which an adapter of a library numbers its unions, beside their `anyOf` or `oneOf`. */
export const unionKey = "x-lockstep-union";

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
  /** From each of these one alternative holds (`anyOf`, `oneOf`). */
  readonly choices: readonly Choice[];
  /** The shape alone if neither of the two adds to it: then it is the same for every value. */
  readonly alone: readonly Shape[] | undefined;
  /** Whether nothing is said of any object here or below: the value needs no look. */
  readonly silent: boolean;
}

type Building = { -readonly [K in keyof Shape]: Shape[K] };

const blank = { types: undefined, values: undefined, members: undefined, items: undefined, all: [], choices: [], alone: undefined };
/** The shape of a schema that says nothing of objects. */
export const anything: Shape = Object.freeze({ ...blank, silent: true });

/**
 * Compiles a JSON Schema. `where` names the input for the developer; `unions` are the library's unions by their number.
 *
 * @throws BuildError `wrong_schema` for a reference that leads nowhere or a pattern that is not a regular expression
 */
export function compileShape(root: JsonSchemaObject, where: string, unions: readonly ShownUnion[] = []): Compiled {
  const made = new Map<JsonSchemaObject, Shape>();
  const choices: Choice[] = [];

  function shapeOf(schema: unknown): Shape {
    if (!isSchemaObject(schema)) return anything;
    const before = made.get(schema);
    if (before !== undefined) return before;
    // Entered before it is filled: a schema may refer to itself. Until then it counts as having constraints.
    const shape: Building = { ...blank, silent: false };
    made.set(schema, shape);
    shape.types = typesIn(schema);
    shape.values = valuesIn(schema);
    shape.members = membersIn(schema, shape.types, shapeOf, where);
    shape.items = itemsIn(schema, shapeOf);
    shape.all = [...references(schema).map(shapeOf), ...schemaList(schema["allOf"]).map(shapeOf)];
    shape.choices = ["anyOf", "oneOf"].flatMap((key) => choiceIn(schema, key));
    if (shape.all.length === 0 && shape.choices.length === 0) shape.alone = [shape];
    shape.silent = isSilent(shape);
    return shape;
  }

  function references(schema: JsonSchemaObject): JsonSchema[] {
    return typeof schema["$ref"] === "string" ? [followReference(root, schema["$ref"], where)] : [];
  }

  function choiceIn(schema: JsonSchemaObject, key: string): Choice[] {
    const shapes = schemaList(schema[key]).map(shapeOf);
    if (shapes.length === 0) return [];
    const number = schema[unionKey];
    const shown = typeof number === "number" ? unions[number] : undefined;
    // If the JSON Schema leaves alternatives out, nobody can say which is which.
    const known = shown?.accepts.length === shapes.length ? shown : undefined;
    // A union that is described twice is one choice: the choice holds in both places.
    const choice = (known && choices.find((one) => one.shown === known)) ?? { shapes, shown: known };
    if (!choices.includes(choice)) choices.push(choice);
    return [choice];
  }

  return { root: shapeOf(root), choices };
}

/** Tells whether a value may fit several alternatives that say something of its members. */
export function isAmbiguous({ shapes }: Choice): boolean {
  return ["object", "array"].some((type) => {
    const able = shapes.filter((shape) => mayBe(shape, type, new Set()));
    return able.length > 1 && able.some((shape) => !shape.silent);
  });
}

function mayBe(shape: Shape, type: string, seen: Set<Shape>): boolean {
  if (seen.has(shape)) return true;
  seen.add(shape);
  if (shape.types !== undefined && !shape.types.has(type)) return false;
  if (shape.values !== undefined && !shape.values.some((value) => typeof value === "object" && value !== null)) return false;
  if (!shape.all.every((one) => mayBe(one, type, seen))) return false;
  return shape.choices.every(({ shapes }) => shapes.some((one) => mayBe(one, type, seen)));
}

/** The JSON types that a schema names itself; `undefined` if it names none. */
export function typesIn(schema: JsonSchemaObject): ReadonlySet<string> | undefined {
  const type = schema["type"];
  if (typeof type === "string") return new Set([type]);
  return Array.isArray(type) ? new Set(type.filter((one) => typeof one === "string")) : undefined;
}

/** The values that a schema lists itself (`const`, `enum`); `undefined` if it lists none. */
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
      `${where}: correct ${pattern} in patternProperties: it is not a regular expression with the u flag`,
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
    choices.every(({ shapes }) => shapes.every((shape) => shape.silent))
  );
}
