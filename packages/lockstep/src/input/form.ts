/** URL-encoded forms, as browsers and OAuth endpoints use them. */
import type { InputIssue } from "../outcome/input-failure.ts";
import type { Dependency } from "../dependency/dependency.ts";
import { ownProblem } from "../problem/problem.ts";
import { formFields } from "./form-fields.ts";
import type { IdentifiesMembers, MemberIds, MembersCheck } from "./identifies.ts";
import { inputDependency } from "./input-dependency.ts";
import { forbiddenKey, forbiddenKeys } from "./json.ts";
import { type BodyKind, checkContentType, checkUndeclared } from "./content-type.ts";
import { type ParameterReader, TextMismatch } from "./parameter-text.ts";
import { pointerTo } from "../schema/pointer.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { memberIds } from "./object-ids.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";
import { strictnessOf } from "../schema/strict.ts";
import { validateStrictly } from "../schema/validate.ts";

const urlencoded: BodyKind = { accepted: ["application/x-www-form-urlencoded"], text: true };
const place = { kind: "form", pointer: "" } as const;

/**
 * A form of `application/x-www-form-urlencoded`, read as an object. A field is text unless the schema says a number or a
 * boolean; it may come several times only where the schema says an array (400 otherwise). Fields that the schema does not
 * declare are issues. An empty body without `Content-Type` is `undefined`; an empty field is the empty text.
 *
 * @throws BuildError `wrong_schema` where the schema can give no JSON Schema, `wrong_input` where a field is of what text cannot be
 */
export function form<S extends AnySchema, const I extends IdentifiesMembers = never>(
  schema: S,
  options: { readonly identifies?: I & MembersCheck<S, I> } = {},
): Dependency<OutputOf<S>, "input" | MemberIds<"form", S, I>> {
  const objectIds = memberIds("form()", "form", jsonSchemaOf(schema, "form()"), options.identifies);
  const strict = { strictness: strictnessOf(schema, "form()"), place };
  const readerOf = formFields(schema, "form()");
  const input = { kind: "form", name: "", schema, objectIds, mediaTypes: urlencoded.accepted } as const;
  return inputDependency(input, ["input"], (source) => {
    const declared = checkContentType(source.request, urlencoded);
    return source.content().then((content) => {
      if (!declared) checkUndeclared(content.raw, urlencoded.accepted);
      const { value, issues } = declared ? readFields(content.form(), readerOf) : { value: undefined, issues: [] };
      return validateStrictly(strict, value, issues);
    });
  });
}

interface ReadForm {
  readonly value: Readonly<Record<string, unknown>>;
  readonly issues: readonly InputIssue[];
}

function readFields(fields: ReadonlyMap<string, readonly string[]>, readerOf: (name: string) => ParameterReader): ReadForm {
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
    if (read instanceof TextMismatch) issues.push(mismatchIssue(name, read));
  }
  return { value, issues };
}

function mismatchIssue(name: string, { index, expected }: TextMismatch): InputIssue {
  const pointer = pointerTo("", name);
  return { in: "form", pointer: index === undefined ? pointer : pointerTo(pointer, index), detail: `expected ${expected}` };
}
