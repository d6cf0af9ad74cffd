/** Saying that whatever a handler returns may leave. */
import { checkReason, type Reason } from "../dependency/reason.ts";
import type { Schema } from "../schema/schema.ts";

declare const anything: unique symbol;

/** The input type of `unchecked()`: any result of the handler. */
export interface Anything {
  readonly [anything]: true;
}

/** A schema of a response that accepts everything and changes nothing. `In` is the type of the handler's result. */
export function openSchema<In>(): Schema<In, unknown> {
  return {
    "~standard": {
      version: 1,
      vendor: "lockstep",
      validate: (value) => ({ value }),
      jsonSchema: { input: () => ({}), output: () => ({}) },
    },
  };
}

const reasons = new WeakMap<object, string>();

/**
 * A response schema that lets everything through: nothing is cut or validated, and a client sees everything that the handler
 * returns. The reason is documented. A result that holds a `Secret` is refused all the same.
 *
 * @throws BuildError `empty_reason`
 *
 * @example
 * ```ts
 * get("/export", { deps: { admin }, response: unchecked("administrators export whole rows") }, exportRows);
 * ```
 */
export function unchecked<const R extends string>(reason: Reason<R>): Schema<Anything, unknown> {
  const text = checkReason("unchecked()", reason);
  const schema = openSchema<Anything>();
  reasons.set(schema, text);
  return schema;
}

/** Why a response is not checked, if its schema is one of `unchecked()`. */
export function uncheckedReason(schema: object | undefined): string | undefined {
  return schema === undefined ? undefined : reasons.get(schema);
}
