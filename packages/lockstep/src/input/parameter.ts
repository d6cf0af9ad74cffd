/** What the four places of the head share (path, query, header, cookie): named text, read and validated. */
import { InputFailure } from "../outcome/input-failure.ts";
import type { InputPlace } from "../dependency/input-place.ts";
import { isToken } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { ownProblem } from "../problem/problem.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { parameterIds } from "./object-ids.ts";
import { parameterReader, TextMismatch } from "./parameter-text.ts";
import { pointerTo } from "../schema/pointer.ts";
import type { AnySchema } from "../schema/schema.ts";
import { validate } from "../schema/validate.ts";

/** The places whose values are named text. */
export type ParameterKind = "path" | "query" | "header" | "cookie";

/** A parameter, ready to be read. */
export interface Parameter {
  readonly place: InputPlace;
  /** Whether the parameter may come several times. */
  readonly repeats: boolean;
  /** The validated value, an `InputFailure`, or a promise of one. @throws Problem 400 `repeated_parameter` */
  read(texts: readonly string[]): unknown;
}

/** How a parameter is named in messages to the developer. */
export function parameterLabel(kind: ParameterKind, name: string): string {
  return `${kind}("${name}")`;
}

/** The options of every parameter. */
export interface ParameterOptions<I> {
  readonly identifies?: I;
}

/**
 * Compiles a parameter.
 *
 * @throws BuildError `wrong_option`, `wrong_input` for an empty name or a schema that text cannot fit, `wrong_schema`
 */
export function parameter(kind: ParameterKind, name: string, schema: AnySchema, options: ParameterOptions<unknown>): Parameter {
  const where = parameterLabel(kind, name);
  checkOptions<ParameterOptions<unknown>>(where, options, { identifies: true });
  if (typeof name !== "string" || name === "")
    throw new BuildError("wrong_input", `${where}: pass the name of the parameter first`);
  const json = jsonSchemaOf(schema, where);
  const objectIds = parameterIds(where, `${kind}.${name}`, {
    name,
    schema: json,
    identifies: options.identifies,
    otherwise: kind === "path",
  });
  const reader = parameterReader(json, json, where, objectIds.ids.length > 0);
  const at = { kind, pointer: pointerTo("", name) };
  return {
    place: { kind, name, schema, objectIds, mediaTypes: [] },
    repeats: reader.repeats,
    read(texts) {
      if (texts.length === 0) return validate(schema, undefined, at);
      if (texts.length > 1 && !reader.repeats) throw repeated(kind, name);
      const value = reader.read(texts);
      if (!(value instanceof TextMismatch)) return validate(schema, value, at);
      const pointer = value.index === undefined ? at.pointer : pointerTo(at.pointer, value.index);
      return new InputFailure([{ in: kind, pointer, detail: `expected ${value.expected}` }]);
    },
  };
}

function repeated(kind: ParameterKind, name: string): Error {
  return ownProblem(400, "repeated_parameter", `The ${kind} parameter "${name}" must not be repeated.`);
}

/**
 * Checks a name that must be a token (RFC 9110 §5.6.2).
 *
 * @throws BuildError `wrong_input`
 */
export function checkToken(kind: ParameterKind, name: string): void {
  if (typeof name === "string" && isToken(name)) return;
  throw new BuildError(
    "wrong_input",
    `${parameterLabel(kind, name)}: write the name of the ${kind} with letters, digits and !#$%&'*+-.^_\`|~`,
  );
}
