/** What leaves of a handler's result: what the response schema declares, checked by it. */
import { runSchema } from "../input/run-schema.ts";
import type { AnySchema } from "../input/schema.ts";
import { type Strictness, strictnessOf } from "../input/strict.ts";
import { BuildError } from "../problem/error.ts";

/** Cuts a result to a schema and validates it. Promised only where the schema is asynchronous. */
export type ResultShape = (result: unknown) => unknown;

type Validated = Awaited<ReturnType<AnySchema["~standard"]["validate"]>>;

/**
 * Compiles a response schema. What it does not declare is dropped before it validates, so that a strict schema does not refuse it
 * and a lenient one does not let it through. Where its input has no JSON Schema (a `Date` that it turns into text) what it gives is
 * cut instead.
 *
 * @throws BuildError `wrong_schema` where neither has one
 */
export function resultShape(schema: AnySchema, where: string): ResultShape {
  const before = inputStrictness(schema, where);
  const after = before === undefined ? strictnessOf(schema, where, "output") : undefined;
  const fitting = (validated: Validated): unknown => {
    if (validated.issues !== undefined) throw misfit(where, validated.issues);
    return after === undefined ? validated.value : after.prune(validated.value);
  };
  return (result) => {
    const validated = runSchema(schema, before === undefined ? result : before.prune(result), where);
    return validated instanceof Promise ? validated.then(fitting) : fitting(validated);
  };
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
  return new BuildError("wrong_result", `${where}: the handler's result does not fit the schema at ${pointers.join(", ")}`);
}
