/** Path parameters. */
import type { Dependency } from "../dependency/dependency.ts";
import { BuildError } from "../problem/error.ts";
import type { Identifies } from "./input.ts";
import { identifiesOf, type IdentifiesOption, inputDependency, type ObjectIdFact, objectIdFacts } from "./input-dependency.ts";
import { parameter, parameterLabel } from "./parameter.ts";
import type { AnySchema, OutputOf } from "./schema.ts";

/**
 * A parameter of the route's path, `:name` in its template. It identifies an object, and a route that hands it to a handler
 * unchecked does not compile; a segment that names no object (a year, a format) says `{ identifies: "nothing" }`.
 *
 * A schema of numbers is handed a number, if the text is one in canonical form.
 *
 * @throws BuildError `wrong_input` for a name that is no identifier or a schema that text cannot fit, `wrong_schema`
 * @example
 * ```ts
 * const ownNote = owned({ id: path("id", z.uuid()), user: activeUser }, load, belongs);
 * const year = path("year", z.int(), { identifies: "nothing" });
 * ```
 */
export function path<const N extends string, S extends AnySchema, const I extends Identifies = "object">(
  name: N,
  schema: S,
  options: IdentifiesOption<I> = {},
): Dependency<OutputOf<S>, `param:${N}` | ObjectIdFact<N, I>> {
  const where = parameterLabel("path", name);
  if (typeof name !== "string" || !/^[A-Za-z_][A-Za-z0-9_]*$/u.test(name)) {
    throw new BuildError("wrong_input", `${where}: a path parameter's name is letters, digits and _, without the colon`);
  }
  const identifies = identifiesOf(where, options.identifies, "object");
  const { place, repeats, read } = parameter("path", name, schema, identifies);
  if (repeats) throw new BuildError("wrong_input", `${where}: a path parameter is one value, and the schema is of an array`);
  return inputDependency(place, [`param:${name}`, ...objectIdFacts(name, identifies)], ({ params }) => {
    const text = Object.hasOwn(params, name) ? params[name] : undefined;
    return read(text === undefined ? [] : [text]);
  });
}
