/** Query parameters. */
import type { Dependency } from "../dependency/dependency.ts";
import type { Identifies } from "./input.ts";
import { identifiesOfNamed, type IdentifiesOption, inputDependency, type ObjectIdFact, objectIdFacts } from "./input-dependency.ts";
import { parameter, parameterLabel } from "./parameter.ts";
import type { AnySchema, OutputOf } from "./schema.ts";

/**
 * A parameter of the query. A schema of numbers or booleans is handed one, if the text is one; an array takes every value of
 * a repeated parameter, and anything else refuses to be repeated (400). Absent is `undefined`, so that defaults work.
 *
 * `{ identifies: "object" }` says that it names an object, which then needs an ownership check; one named `id`, `…Id` or `…_id`
 * must say so or `"nothing"`.
 *
 * @throws BuildError `wrong_input` for such a name that says neither or a schema that text cannot fit, `wrong_schema`
 * @example
 * ```ts
 * const limit = query("limit", z.int().min(1).max(100).default(20));
 * ```
 */
export function query<const N extends string, S extends AnySchema, const I extends Identifies = "nothing">(
  name: N,
  schema: S,
  options: IdentifiesOption<I> = {},
): Dependency<OutputOf<S>, ObjectIdFact<N, I>> {
  const identifies = identifiesOfNamed(parameterLabel("query", name), name, options.identifies);
  const { place, read } = parameter("query", name, schema, identifies);
  return inputDependency(place, objectIdFacts(name, identifies), (source) => read(source.query().get(name) ?? []));
}
