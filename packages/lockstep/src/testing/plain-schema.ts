/**
 * Schemas for the suite, so it needs no validation library: each is built from a JSON Schema of the few keywords below, and
 * validates with it.
 */
import type { Schema } from "../schema/schema.ts";

/** The subset of JSON Schema that `plainSchema()` understands. */
export interface PlainJsonSchema {
  readonly type: "string" | "integer" | "boolean" | "array" | "object";
  readonly maxLength?: number;
  readonly maximum?: number;
  readonly items?: PlainJsonSchema;
  readonly properties?: Readonly<Record<string, PlainJsonSchema>>;
  readonly required?: readonly string[];
}

interface Issue {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Builds a schema from a JSON Schema. The caller is responsible for `T`. An absent value is valid only with `optional`. */
export function plainSchema<T>(json: PlainJsonSchema, options: { readonly optional?: boolean } = {}): Schema<T> {
  const closed = (): Record<string, unknown> => structuredClone({ ...json });
  return {
    "~standard": {
      version: 1,
      vendor: "lockstep-testing",
      validate: (value) => {
        const issues = value === undefined && options.optional === true ? [] : issuesOf(json, value, []);
        // The caller of plainSchema() says that T is what the JSON Schema describes.
        return issues.length === 0 ? { value: value as T } : { issues };
      },
      jsonSchema: { input: closed, output: closed },
    },
  };
}

function issuesOf(json: PlainJsonSchema, value: unknown, path: readonly (string | number)[]): readonly Issue[] {
  const wrong = (message: string): readonly Issue[] => [{ message, path }];
  switch (json.type) {
    case "string":
      if (typeof value !== "string") return wrong("expected a string");
      return value.length > (json.maxLength ?? Infinity) ? wrong("too long") : [];
    case "integer":
      if (typeof value !== "number" || !Number.isSafeInteger(value)) return wrong("expected an integer");
      return value > (json.maximum ?? Infinity) ? wrong("too large") : [];
    case "boolean":
      return typeof value === "boolean" ? [] : wrong("expected a boolean");
    case "array":
      if (!Array.isArray(value)) return wrong("expected an array");
      return value.flatMap((item, index) => (json.items === undefined ? [] : issuesOf(json.items, item, [...path, index])));
    case "object":
      return isRecord(value) ? membersOf(json, value, path) : wrong("expected an object");
    default:
      return json.type satisfies never;
  }
}

function membersOf(
  json: PlainJsonSchema,
  value: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
): readonly Issue[] {
  const missing = (json.required ?? []).filter((name) => value[name] === undefined);
  const found = Object.entries(json.properties ?? {}).filter(([name]) => value[name] !== undefined);
  return [
    ...missing.map((name) => ({ message: "required", path: [...path, name] })),
    ...found.flatMap(([name, member]) => issuesOf(member, value[name], [...path, name])),
  ];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Text of any length. */
export const anyText: Schema<string> = plainSchema({ type: "string" });
/** An integer up to 100 that may be left out. */
export const maybeInteger: Schema<number | undefined> = plainSchema({ type: "integer", maximum: 100 }, { optional: true });
/** Any number of texts. */
export const texts: Schema<readonly string[]> = plainSchema({ type: "array", items: { type: "string" } });
