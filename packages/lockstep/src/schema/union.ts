/**
 * Unions as their libraries see them. JSON Schema describes the alternatives of a union, but not which one a library takes: zod
 * and valibot take the first that fits and drop the members that it does not declare, and arktype keeps the members that any of
 * them declares. So each library is asked for its unions: every alternative can be tried alone, and zod and valibot are told
 * which one to take.
 *
 * A library that is not known here shows none. Its unions are judged by their structure, and doubtful values are refused.
 */
import { isPromise } from "../promise.ts";
import type { JsonSchemaObject } from "./json-schema.ts";
import { runOf } from "./run-schema.ts";
import type { AnySchema } from "./schema.ts";
import type { Accepts, ShownUnion } from "./shape.ts";

/** The unions of a schema. */
export interface Unions {
  /**
   * The JSON Schema of the schema's input; each `anyOf` or `oneOf` of a union that is shown has its number beside it
   * (`unionKey`).
   */
  readonly json: JsonSchemaObject;
  /** The unions by their number. */
  readonly shown: readonly ShownUnion[];
  /** The schema, which takes the alternatives that it is told. */
  readonly schema: AnySchema;
}

/** Tells the alternative of a union that an object belongs to; `undefined` if that is for the library to say. */
export type Tell = (union: ShownUnion, value: object) => number | undefined;

/** Writes the JSON Schema of a schema's input with options of its library. @throws BuildError `wrong_schema` */
export type Describe = (options: Readonly<Record<string, unknown>>) => JsonSchemaObject;

/** Whether a schema's library drops by itself what the alternative that it takes does not declare. */
export function dropsUndeclared(schema: AnySchema): boolean {
  return ["zod", "valibot"].includes(schema["~standard"].vendor);
}

/** Asks a Standard Schema whether it accepts a value. */
export function acceptsOf(schema: AnySchema): Accepts {
  return (value) => accepted(runOf(schema)(value));
}

/** Whether a result has no issues; `true` for a promise of one. */
export function accepted(result: unknown): boolean {
  if (isPromise(result)) {
    // Nobody waits for it here; the validation itself reports a failure.
    Promise.resolve(result).then(undefined, () => {});
    return true;
  }
  return typeof result === "object" && result !== null && Reflect.get(result, "issues") === undefined;
}
