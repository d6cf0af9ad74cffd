/** `lastEventId()`: where a reader of events goes on. */
import type { Dependency } from "../dependency/dependency.ts";
import type { AnySchema, OutputOf, Schema } from "../schema/schema.ts";
import { header } from "./header.ts";
import { nothing } from "./nothing.ts";

const text: Schema<string> = {
  "~standard": {
    version: 1,
    vendor: "lockstep",
    validate: (value) => ({ value: value as string }), // Headers are text.
    jsonSchema: { input: () => ({ type: "string" }), output: () => ({ type: "string" }) },
  },
};

const made = new WeakMap<AnySchema, Dependency<unknown, "input">>();

/**
 * The id of the last event that a client got before it lost its connection (`Last-Event-ID`, HTML §9.2.4); `undefined` for a
 * first connection. It is a position in the caller's own stream, so it identifies no object: pick the events that the caller may
 * see, and then those after this one.
 *
 * @param schema Default: any text. An id that does not fit it is 422
 * @throws BuildError `wrong_input` for a schema that text cannot fit; `wrong_schema`
 *
 * @example
 * ```ts
 * get("/events", { deps: { user, since: lastEventId(z.int()) }, response: eventStream(Change) }, changesSince);
 * ```
 */
export function lastEventId(): Dependency<string | undefined, "input">;
export function lastEventId<S extends AnySchema>(schema: S): Dependency<OutputOf<S> | undefined, "input">;
export function lastEventId(schema: AnySchema = text): Dependency<unknown, "input"> {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const dependency = header("Last-Event-ID", orAbsent(schema), { identifies: nothing("a position in the caller's own events") });
  made.set(schema, dependency);
  return dependency;
}

/** Accepts an absent value too. */
function orAbsent(schema: AnySchema): AnySchema {
  const { validate, ...standard } = schema["~standard"];
  return { "~standard": { ...standard, validate: (value) => (value === undefined ? { value } : validate(value)) } };
}
