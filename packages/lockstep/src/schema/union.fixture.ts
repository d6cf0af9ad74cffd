/** What a handler gets of a body. */
import { InputFailure, type InputIssue } from "../outcome/input-failure.ts";
import type { AnySchema } from "./schema.ts";
import { strictnessOf } from "./strict.ts";
import { validateStrictly } from "./validate.ts";

/** What a handler gets of a body, or the pointers (or details) of the issues; a promise of it if the schema is asynchronous. */
export function taken(schema: AnySchema, value: unknown, told: keyof InputIssue = "pointer"): unknown {
  return taker(schema, told)(value);
}

/** As `taken`, for several bodies of one compiled schema. */
export function taker(schema: AnySchema, told: keyof InputIssue = "pointer"): (value: unknown) => unknown {
  const place = { kind: "body", pointer: "" } as const;
  const strictness = strictnessOf(schema, "test");
  const settle = (result: unknown): unknown =>
    result instanceof InputFailure ? result.issues.map((issue) => issue[told]) : result;
  return (value) => {
    const result = validateStrictly({ strictness, place }, value);
    return result instanceof Promise ? result.then(settle) : settle(result);
  };
}
