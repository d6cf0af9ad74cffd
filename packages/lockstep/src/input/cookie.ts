/** Cookies that are no credentials: a language, a theme. A session cookie is a security scheme, `apiKeyCookie`. */
import type { Dependency } from "../dependency/dependency.ts";
import type { Identifies } from "./input.ts";
import { identifiesOfNamed, type IdentifiesOption, inputDependency, type ObjectIdFact, objectIdFacts } from "./input-dependency.ts";
import { checkToken, parameter, parameterLabel } from "./parameter.ts";
import type { AnySchema, OutputOf } from "./schema.ts";

/**
 * A cookie. Two cookies of its name are 400, since either may have been planted, unless the schema is an array. The value is
 * taken as it came, neither unquoted nor decoded. See `query()` for numbers, absence and `identifies`.
 *
 * @throws BuildError `wrong_input` for a name that is no token (RFC 6265 §4.1.1) or, like an id's, says nothing, `wrong_schema`
 */
export function cookie<const N extends string, S extends AnySchema, const I extends Identifies = "nothing">(
  name: N,
  schema: S,
  options: IdentifiesOption<I> = {},
): Dependency<OutputOf<S>, ObjectIdFact<N, I>> {
  checkToken("cookie", name);
  const identifies = identifiesOfNamed(parameterLabel("cookie", name), name, options.identifies);
  const { place, read } = parameter("cookie", name, schema, identifies);
  return inputDependency(place, objectIdFacts(name, identifies), (source) => read(source.cookies().get(name) ?? []));
}
