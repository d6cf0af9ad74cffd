/** Path parameters. */
import type { Dependency } from "../dependency/dependency.ts";
import { BuildError } from "../problem/error.ts";
import type { Identifies, PathId } from "./identifies.ts";
import { inputDependency } from "./input-dependency.ts";
import { Nothing } from "./nothing.ts";
import { parameter, parameterLabel, type ParameterOptions } from "./parameter.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";

/** A segment that surely names no object may choose the key that verifies a credential; anything else is an input. */
type SegmentFact<I> = [I] extends [never] ? "input" : [I] extends [Nothing] ? "segment" : "input";

/**
 * A parameter of the route's path, `:name` in its template. It identifies an object, and a route that hands it to a handler
 * unchecked does not compile. A segment that names no object says so, `{ identifies: nothing("a calendar year") }`; a schema with
 * a few values (`z.enum`) needs nothing said.
 *
 * A schema of numbers is handed a number, if the text is one in canonical form.
 *
 * @throws BuildError `wrong_input` for a name that is not an identifier or a schema that text cannot fit, `wrong_schema`
 * @example
 * ```ts
 * const ownNote = owned({ id: path("id", z.uuid()), user: activeUser }, load, (note) => note.ownerId);
 * const year = path("year", z.int(), { identifies: nothing("a calendar year") });
 * ```
 */
export function path<const N extends string, S extends AnySchema, const I extends Identifies = never>(
  name: N,
  schema: S,
  options: ParameterOptions<I> = {},
): Dependency<OutputOf<S>, `param:${N}` | SegmentFact<I> | PathId<N, S, I>> {
  const where = parameterLabel("path", name);
  if (typeof name !== "string" || !/^[A-Za-z_][A-Za-z0-9_]*$/u.test(name)) {
    throw new BuildError("wrong_input", `${where}: write the name with letters, digits and _, without the colon`);
  }
  const { place, repeats, read } = parameter("path", name, schema, options);
  if (repeats) throw new BuildError("wrong_input", `${where}: use a schema of one value: a path parameter is not an array`);
  const fact = (options.identifies as unknown) instanceof Nothing ? "segment" : "input";
  return inputDependency(place, [`param:${name}`, fact], ({ params }) => {
    const text = Object.hasOwn(params, name) ? params[name] : undefined;
    return read(text === undefined ? [] : [text]);
  });
}
