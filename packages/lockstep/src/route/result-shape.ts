/** What leaves of a handler's result: what the response schema declares, checked by it. */
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { runSchema } from "../schema/run-schema.ts";
import type { AnySchema } from "../schema/schema.ts";
import { type Strictness, strictnessOf } from "../schema/strict.ts";
import { BuildError } from "../problem/error.ts";
import { dateWriter } from "./date-text.ts";

/** Cuts a result to a schema and validates it. Promised only where the schema is asynchronous. */
export type ResultShape = (result: unknown) => unknown;

type Validated = Awaited<ReturnType<AnySchema["~standard"]["validate"]>>;

/**
 * Compiles a response schema. Undeclared members are dropped before it validates, so a strict schema does not refuse them and a
 * lenient one does not let them through. A member that only an alternative of a union declares leaves only if that alternative
 * accepts the cut value. A `Date` is written as text if the schema says `date-time` there. If the schema's input has no JSON
 * Schema (a `Date` that it turns into text), its output is cut instead.
 *
 * @throws BuildError `wrong_schema` if neither has one
 */
export function resultShape(schema: AnySchema, where: string): ResultShape {
  const before = inputStrictness(schema, where);
  const after = before === undefined ? strictnessOf(schema, where, "output") : undefined;
  const used = (before ?? after)?.schema ?? schema;
  const dates = before && dateWriter(jsonSchemaOf(schema, where), where);
  const fitting = (validated: Validated): unknown => {
    if (validated.issues !== undefined) throw misfit(where, validated.issues);
    return after === undefined ? validated.value : cut(after, validated.value, where);
  };
  return (result) => {
    const written = dates === undefined ? result : dates(result);
    const validated = runSchema(used, before === undefined ? written : cut(before, written, where), where);
    return validated instanceof Promise ? validated.then(fitting) : fitting(validated);
  };
}

/** Cuts a value to what the alternative of a union declares that accepts it. */
function cut(strictness: Strictness, value: unknown, where: string): unknown {
  const pruned = strictness.prune(value);
  const left = strictness.unsure ? strictness.unknownKeys(pruned) : [];
  if (left.length === 0) return pruned;
  throw new BuildError(
    "wrong_result",
    `${where}: fix the result, or give the alternatives of the union a discriminator: no alternative alone fits the result at ${left.join(", ")}`,
  );
}

function inputStrictness(schema: AnySchema, where: string): Strictness | undefined {
  try {
    return strictnessOf(schema, where);
  } catch (error) {
    // The input may be anything the handler likes, as long as the output can be described.
    if (error instanceof BuildError && error.code === "wrong_schema") return undefined;
    throw error;
  }
}

function misfit(where: string, issues: NonNullable<Validated["issues"]>): BuildError {
  const pointers = issues.map(
    ({ path = [] }) => `/${path.map((part) => String(typeof part === "object" ? part.key : part)).join("/")}`,
  );
  return new BuildError("wrong_result", `${where}: correct the result or the schema at ${pointers.join(", ")}: they do not fit`);
}
