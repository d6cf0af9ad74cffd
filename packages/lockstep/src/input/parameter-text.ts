/**
 * The meaning of a parameter's text. A path, a query, a header, a cookie and a form carry text only; the JSON Schema
 * says how to read it: `z.number()` gets a number, and documentation and reading cannot differ.
 *
 * Numbers must be written as in JSON, integers (and every number that identifies an object) in their one canonical form:
 * `01`, ` 1`, `1.0`, `0x1` and the empty text are no 1 and no 0, whatever a coercing schema would make of them. Truth is
 * `true` or `false`. If text is allowed at all, or no type is declared, the text is passed unchanged.
 */
import { BuildError } from "../problem/error.ts";
import { followReference, isSchemaObject, type JsonSchema, schemaList } from "../schema/json-schema.ts";
import { typesIn, valuesIn } from "../schema/shape.ts";

/** Text that cannot be what the schema says. */
export class TextMismatch {
  /** The expected form, for the client. */
  readonly expected: string;
  /** The item of the array, if there is one. */
  readonly index: number | undefined;

  constructor(expected: string, index?: number) {
    this.expected = expected;
    this.index = index;
  }
}

/** How the values of one parameter are read. */
export interface ParameterReader {
  /** The declared JSON types; `undefined` if none are declared. */
  readonly types: ReadonlySet<string> | undefined;
  /** Whether the parameter may come several times: whether an array is declared. */
  readonly repeats: boolean;
  /** The value of a parameter that came (at least once), or a `TextMismatch`. A single value of an array is an array of one. */
  read(texts: readonly string[]): unknown;
}

/**
 * Compiles how a parameter of this schema is read. `exact` asks for canonical numbers: the parameter identifies an object.
 *
 * @throws BuildError `wrong_input` if the schema is of a type that text cannot have: an object, an array of arrays
 */
export function parameterReader(schema: JsonSchema, root: JsonSchema, where: string, exact: boolean): ParameterReader {
  const alternatives = alternativesOf(schema, root, where);
  const types = unite(alternatives.map(typesOf));
  const scalars = types && new Set([...types].filter((type) => type !== "array" && type !== "null"));
  const repeats = types?.has("array") ?? false;
  if (types !== undefined && !readable.some((type) => types.has(type))) {
    throw new BuildError(
      "wrong_input",
      `${where}: this place carries text, and the schema is of ${[...types].join(" or ") || "nothing"}: declare one parameter for each field, or z.string().transform(…)`,
    );
  }
  if (!repeats) return { types, repeats, read: (texts) => readScalar(texts[0] ?? "", scalars, exact) };
  const readItem = itemReader(
    alternatives.find((one) => typesOf(one)?.has("array")),
    root,
    where,
    exact,
  );
  const readAll = (texts: readonly string[]): unknown => {
    const items = texts.map(readItem);
    return items.find((item) => item instanceof TextMismatch) ?? items;
  };
  // Beside an array, a scalar of its own may be declared: then one value is that.
  const single = scalars?.size !== 0;
  return {
    types,
    repeats,
    read: (texts) => (single && texts.length === 1 ? readScalar(texts[0] ?? "", scalars, exact) : readAll(texts)),
  };
}

const readable = ["string", "number", "integer", "boolean", "array"];

function itemReader(
  schema: JsonSchema | undefined,
  root: JsonSchema,
  where: string,
  exact: boolean,
): (text: string, index: number) => unknown {
  const { prefixItems, items } = isSchemaObject(schema) ? schema : {};
  const first = schemaList(prefixItems).map((one) => parameterReader(one, root, where, exact));
  const rest = parameterReader(isSchemaObject(items) ? items : true, root, where, exact);
  if ([...first, rest].some((one) => one.repeats)) {
    throw new BuildError(
      "wrong_input",
      `${where}: use an array of strings, or a body: an array of arrays cannot be written as text`,
    );
  }
  return (text, index) => {
    const item = (first[index] ?? rest).read([text]);
    return item instanceof TextMismatch ? new TextMismatch(item.expected, index) : item;
  };
}

/** The schemas, one of which a value fits: through references, unions and (its first part that says a type) intersections. */
function alternativesOf(
  schema: JsonSchema,
  root: JsonSchema,
  where: string,
  seen: readonly JsonSchema[] = [],
): readonly JsonSchema[] {
  if (!isSchemaObject(schema) || seen.includes(schema)) return [schema];
  const nested = (one: JsonSchema): readonly JsonSchema[] => alternativesOf(one, root, where, [...seen, schema]);
  if (typeof schema["$ref"] === "string") return nested(followReference(root, schema["$ref"], where));
  const union = [...schemaList(schema["anyOf"]), ...schemaList(schema["oneOf"])];
  if (union.length > 0) return union.flatMap(nested);
  const parts = schemaList(schema["allOf"]).map(nested);
  return parts.find((part) => part.every((one) => typesOf(one) !== undefined)) ?? [schema];
}

function typesOf(schema: JsonSchema): ReadonlySet<string> | undefined {
  if (!isSchemaObject(schema)) return undefined;
  return (
    typesIn(schema) ?? (valuesIn(schema) && new Set(valuesIn(schema)?.map((value) => (value === null ? "null" : typeof value))))
  );
}

/** All types of alternatives; unknown if one of them says nothing. */
function unite(all: readonly (ReadonlySet<string> | undefined)[]): ReadonlySet<string> | undefined {
  return all.includes(undefined) ? undefined : new Set(all.flatMap((types) => [...(types ?? [])]));
}

const integerText = /^-?(?:0|[1-9][0-9]*)$/u;
const numberText = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/u;

function readScalar(text: string, types: ReadonlySet<string> | undefined, exact: boolean): unknown {
  if (types === undefined || types.size === 0 || types.has("string")) return text;
  if (types.has("boolean") && (text === "true" || text === "false")) return text === "true";
  if (types.has("number") || types.has("integer")) {
    const value = Number(text);
    const canonical = String(value) === text;
    const written =
      exact || !types.has("number") ? canonical && (types.has("number") || integerText.test(text)) : numberText.test(text);
    if (written && Number.isFinite(value)) return value;
  }
  return new TextMismatch([...types].map((type) => spoken[type] ?? type).join(" or "));
}

const spoken: Readonly<Record<string, string>> = { number: "a number", integer: "an integer", boolean: "true or false" };
