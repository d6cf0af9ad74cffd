/** What `body()` and `form()` have in common: which members are ids, strictness, and how the body becomes a dependency. */
import type { Dependency } from "../dependency/dependency.ts";
import type { Content } from "../dependency/source.ts";
import type { InputIssue } from "../outcome/input-failure.ts";
import { checkOptions } from "../problem/options.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";
import { strictnessOf } from "../schema/strict.ts";
import { validateStrictly } from "../schema/validate.ts";
import { type BodyKind, readBody } from "./content-type.ts";
import type { IdentifiesMembers, MemberIds } from "./identifies.ts";
import { inputDependency } from "./input-dependency.ts";
import { memberIds } from "./object-ids.ts";

/** The options of `body()` and `form()`. */
export interface MemberOptions<I> {
  /**
   * Which members are ids of objects, by their paths, if their names and formats do not say so; or that nothing in the body is
   * one.
   */
  readonly identifies?: I;
}

/** One kind of such a body. */
export interface MemberBody<P extends "body" | "form"> {
  readonly place: P;
  readonly kind: BodyKind;
  /** The media types that the document names. */
  readonly mediaTypes: readonly string[];
  /** Reads the content. Members that cannot be read are issues, and the other members are still judged. */
  readonly read: (content: Content) => { readonly value: unknown; readonly issues: readonly InputIssue[] };
}

const nothingSent = { value: undefined, issues: [] };

/**
 * Makes the dependency of a body with members.
 *
 * @throws BuildError `wrong_option`, `wrong_input`, `wrong_schema`
 */
export function memberBody<P extends "body" | "form", S extends AnySchema, I extends IdentifiesMembers>(
  { place, kind, mediaTypes, read }: MemberBody<P>,
  schema: S,
  options: MemberOptions<unknown>,
): Dependency<OutputOf<S>, "input" | MemberIds<P, S, I>> {
  const where = `${place}()`;
  checkOptions<MemberOptions<unknown>>(where, options, { identifies: true });
  const objectIds = memberIds(where, place, jsonSchemaOf(schema, where), options.identifies);
  const strict = { strictness: strictnessOf(schema, where), place: { kind: place, pointer: "" } };
  const input = { kind: place, name: "", schema, objectIds, mediaTypes };
  return inputDependency(input, ["input"], (source) =>
    readBody(source, kind).then(({ content, isDeclared }) => {
      const { value, issues } = isDeclared ? read(content) : nothingSent;
      return validateStrictly(strict, value, issues);
    }),
  );
}
