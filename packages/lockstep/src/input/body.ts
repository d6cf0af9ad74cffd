/** JSON bodies. */
import type { Dependency } from "../dependency/dependency.ts";
import type { IdentifiesMembers, MemberIds, MembersCheck } from "./identifies.ts";
import { inputDependency } from "./input-dependency.ts";
import { type BodyKind, checkContentType, checkUndeclared } from "./content-type.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { memberIds } from "./object-ids.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";
import { strictnessOf } from "../schema/strict.ts";
import { validateStrictly } from "../schema/validate.ts";

const json: BodyKind = { accepted: ["application/json", "application/*+json"], text: true };
const place = { kind: "body", pointer: "" } as const;

/**
 * The JSON body of the request. Objects are strict: what the schema does not declare is an issue of its own. An empty body
 * without `Content-Type` is `undefined`, so that a schema may make the body optional. An object that the schema hands on as it
 * is (`z.any()`, arktype) has no prototype, so that no name in it is inherited.
 *
 * A member named like an id (`id`, `noteIds`, `owner`), or with the format `uuid`, identifies an object: a route that hands the body to a handler
 * needs an `owned()`, `permitted()` or `unowned()` that checked it. Other members, and exceptions, are said by path:
 * `{ identifies: { "items.productRef": "object", cursorId: nothing("a position in the caller's own list") } }`. A body that may hold anything
 * (`z.any()`, a record of unknown names) says `{ identifies: nothing("…") }`.
 *
 * Answers 415, before anything is read, unless the body says `application/json` or `application/…+json` in UTF-8 and is not
 * compressed; 400 for bad JSON; 413 for too much of it; 422 with a pointer for every issue.
 *
 * @throws BuildError `wrong_schema` where the schema can give no JSON Schema
 * @example
 * ```ts
 * const change = body(z.object({ text: z.string().max(10_000) }));
 * ```
 */
export function body<S extends AnySchema, const I extends IdentifiesMembers = never>(
  schema: S,
  options: { readonly identifies?: I & MembersCheck<S, I> } = {},
): Dependency<OutputOf<S>, "input" | MemberIds<"body", S, I>> {
  const objectIds = memberIds("body()", "body", jsonSchemaOf(schema, "body()"), options.identifies);
  const strict = { strictness: strictnessOf(schema, "body()"), place };
  const input = { kind: "body", name: "", schema, objectIds, mediaTypes: ["application/json"] } as const;
  return inputDependency(input, ["input"], (source) => {
    const declared = checkContentType(source.request, json);
    return source.content().then((content) => {
      if (!declared) checkUndeclared(content.raw, json.accepted);
      return validateStrictly(strict, declared ? content.json() : undefined);
    });
  });
}
