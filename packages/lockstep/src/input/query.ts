/** Query parameters. */
import type { Dependency } from "../dependency/dependency.ts";
import type { Identifies, ParameterId } from "./identifies.ts";
import { inputDependency } from "./input-dependency.ts";
import { parameter, type ParameterOptions } from "./parameter.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";

/**
 * A parameter of the query. A schema of numbers or booleans is handed one, if the text is one; an array takes every value of
 * a repeated parameter, and anything else refuses to be repeated (400). Absent is `undefined`, so defaults work.
 *
 * A parameter named like an id (`id`, `noteIds`, `owner`) or with the format `uuid` identifies an object, and a route that hands
 * it to a handler unchecked does not compile or does not start. `{ identifies: "object" }` says the same of another name, and
 * `{ identifies: nothing("a position in the caller's own list") }` that it identifies none.
 *
 * @throws BuildError `wrong_input` for a schema that text cannot fit, `wrong_schema`
 * @example
 * ```ts
 * const limit = query("limit", z.int().min(1).max(100).default(20));
 * ```
 */
export function query<const N extends string, S extends AnySchema, const I extends Identifies = never>(
  name: N,
  schema: S,
  options: ParameterOptions<I> = {},
): Dependency<OutputOf<S>, "input" | ParameterId<"query", N, S, I>> {
  const { place, read } = parameter("query", name, schema, options);
  return inputDependency(place, ["input"], (source) => read(source.query().get(name) ?? []));
}
