/** Cookies that are not credentials: a language, a theme. A session cookie is a security scheme, `apiKeyCookie`. */
import type { Dependency } from "../dependency/dependency.ts";
import type { Identifies, ParameterId } from "./identifies.ts";
import { inputDependency } from "./input-dependency.ts";
import { checkToken, parameter, type ParameterOptions } from "./parameter.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";

/**
 * A cookie. Two cookies of its name are 400, since either may have been planted, unless the schema is an array. The value is
 * taken as it came, neither unquoted nor decoded. See `query()` for numbers, absence and `identifies`.
 *
 * @throws BuildError `wrong_input` for a name that is not a token (RFC 6265 §4.1.1), `wrong_schema`
 */
export function cookie<const N extends string, S extends AnySchema, const I extends Identifies = never>(
  name: N,
  schema: S,
  options: ParameterOptions<I> = {},
): Dependency<OutputOf<S>, "input" | ParameterId<"cookie", N, S, I>> {
  checkToken("cookie", name);
  const { place, read } = parameter("cookie", name, schema, options);
  return inputDependency(place, ["input"], (source) => read(source.cookies().get(name) ?? []));
}
