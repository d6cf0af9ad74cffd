/** Header parameters. Credentials are not parameters: they are security schemes. */
import type { Advice, Dependency } from "../dependency/dependency.ts";
import { BuildError } from "../problem/error.ts";
import type { Identifies, ParameterId } from "./identifies.ts";
import { inputDependency } from "./input-dependency.ts";
import { checkToken, parameter, parameterLabel, type ParameterOptions } from "./parameter.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";

/** Refuses a header that carries a credential, in any case. */
export type NotCredential<N extends string> =
  Lowercase<N> extends "authorization" | "cookie"
    ? Advice<"declare a security scheme instead: documentation tools drop this header">
    : unknown;

/**
 * A header. Its name is compared without case. A repeated header is 400 unless the schema is an array; then its lines are
 * also split at commas (RFC 9110 §5.3), so do not use this for headers with quoted strings. See `query()` for numbers,
 * absence and `identifies`.
 *
 * `header("authorization")` and `header("cookie")` do not compile: they would look like parameters that documentation tools
 * drop silently (OpenAPI 3.1 §4.8.12.1), and extracting a credential is not verifying it.
 *
 * @throws BuildError `wrong_input` for those and for a name that is not a token (RFC 9110 §5.1); `wrong_schema`
 */
export function header<const N extends string, S extends AnySchema, const I extends Identifies = never>(
  name: N & NotCredential<N>,
  schema: S,
  options: ParameterOptions<I> = {},
): Dependency<OutputOf<S>, "input" | ParameterId<"header", N, S, I>> {
  checkToken("header", name);
  const where = parameterLabel("header", name);
  const lowerName = name.toLowerCase();
  if (lowerName === "authorization" || lowerName === "cookie") {
    throw new BuildError("wrong_input", `${where}: declare a security scheme instead: documentation tools drop this header`);
  }
  const { place, repeats, read } = parameter("header", name, schema, options);
  return inputDependency(place, ["input"], ({ request }) => {
    const lines = request.headers(lowerName);
    return read(repeats ? lines.flatMap(splitList) : lines);
  });
}

/** The elements of a comma-separated list, without the empty ones (RFC 9110 §5.6.1.2). */
function splitList(line: string): string[] {
  return line
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element !== "");
}
