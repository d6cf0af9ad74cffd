/** URL-encoded forms, as browsers and OAuth endpoints use them. */
import type { InputIssue } from "../outcome/input-failure.ts";
import type { Content } from "../dependency/source.ts";
import type { Dependency } from "../dependency/dependency.ts";
import { ownProblem } from "../problem/problem.ts";
import { formFields } from "./form-fields.ts";
import type { IdentifiesMembers, MemberIds, MembersCheck } from "./identifies.ts";
import { forbiddenKey, forbiddenKeys } from "./json.ts";
import { memberBody, type MemberOptions } from "./member-body.ts";
import { type ParameterReader, TextMismatch } from "./parameter-text.ts";
import { pointerTo } from "../schema/pointer.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";

const mediaTypes = ["application/x-www-form-urlencoded"];

/**
 * A form of `application/x-www-form-urlencoded`, read as an object. A field is text unless the schema says a number or a
 * boolean; it may come several times only where the schema says an array (400 otherwise). Fields that the schema does not
 * declare are issues. An empty body without `Content-Type` is `undefined`; an empty field is the empty text.
 *
 * @throws BuildError `wrong_option`, `wrong_schema` if the schema has no JSON Schema, `wrong_input` if a field is of a type that
 * text cannot have
 */
export function form<S extends AnySchema, const I extends IdentifiesMembers = never>(
  schema: S,
  options: MemberOptions<I & MembersCheck<S, I>> = {},
): Dependency<OutputOf<S>, "input" | MemberIds<"form", S, I>> {
  const read = formReader(schema, "form()");
  const kind = { accepted: mediaTypes, text: true };
  return memberBody<"form", S, I>({ place: "form", kind, mediaTypes, read }, schema, options);
}

/** The fields of a form, and what is wrong with those that cannot be read. */
export interface ReadForm {
  readonly value: Readonly<Record<string, unknown>>;
  readonly issues: readonly InputIssue[];
}

/**
 * Returns a reader of forms with these fields.
 *
 * @throws BuildError `wrong_input`, `wrong_schema`
 */
export function formReader(schema: AnySchema, where: string): (content: Content) => ReadForm {
  const read = fieldsReader(schema, where, "form");
  return (content) => read(content.form());
}

type Fields = ReadonlyMap<string, readonly string[]>;

/**
 * Returns a reader of these fields, from a form of either encoding.
 *
 * @throws BuildError `wrong_input`, `wrong_schema`
 */
export function fieldsReader(schema: AnySchema, where: string, kind: "form" | "multipart"): (fields: Fields) => ReadForm {
  const readerOf = formFields(schema, where);
  return (fields) => readFields(fields, readerOf, kind);
}

/** @throws Problem 400 `forbidden_key`, `repeated_parameter` */
function readFields(fields: Fields, readerOf: (name: string) => ParameterReader, kind: "form" | "multipart"): ReadForm {
  const value: Record<string, unknown> = {};
  const issues: InputIssue[] = [];
  for (const [name, texts] of fields) {
    if (forbiddenKeys.has(name)) throw forbiddenKey();
    const reader = readerOf(name);
    // The name is the client's text and is not repeated in the answer.
    if (texts.length > 1 && !reader.repeats)
      throw ownProblem(400, "repeated_parameter", "A field of the form must not be repeated.");
    const read = reader.read(texts);
    // The text stands in for what could not be read: the form fails in any case, and the other fields are still judged.
    value[name] = read instanceof TextMismatch ? texts[0] : read;
    if (read instanceof TextMismatch) issues.push(mismatchIssue(kind, name, read));
  }
  return { value, issues };
}

function mismatchIssue(kind: "form" | "multipart", name: string, { index, expected }: TextMismatch): InputIssue {
  const pointer = pointerTo("", name);
  return { in: kind, pointer: index === undefined ? pointer : pointerTo(pointer, index), detail: `expected ${expected}` };
}
