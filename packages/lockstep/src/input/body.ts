/** JSON bodies. */
import type { Dependency } from "../dependency/dependency.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";
import type { IdentifiesMembers, MemberIds, MembersCheck } from "./identifies.ts";
import { type MemberBody, memberBody, type MemberOptions } from "./member-body.ts";

const json: MemberBody<"body"> = {
  place: "body",
  kind: { accepted: ["application/json", "application/*+json"], text: true },
  mediaTypes: ["application/json"],
  read: (content) => ({ value: content.json(), issues: [] }),
};

/**
 * The JSON body of the request. Objects are strict: what the schema does not declare is an issue of its own. An empty body
 * without `Content-Type` is `undefined`, so a schema may make the body optional. An object that the schema returns unchanged
 * (`z.any()`, arktype) has no prototype, so no name in it is inherited.
 *
 * A member named like an id (`id`, `noteIds`, `owner`), or with the format `uuid`, identifies an object: a route that hands the
 * body to a handler needs an `owned()`, `permitted()` or `unowned()` that checked it. Other members, and exceptions, are said by
 * path: `{ identifies: { "items.productRef": "object", cursorId: nothing("a position in the caller's own list") } }`. A body that
 * may hold anything (`z.any()`, a record of unknown names) says `{ identifies: nothing("…") }`.
 *
 * Answers 415, before anything is read, unless the body says `application/json` or `application/…+json` in UTF-8 and is not
 * compressed; 400 for bad JSON; 413 for too much of it; 422 with a pointer for every issue.
 *
 * @throws BuildError `wrong_option`, and `wrong_schema` if the schema has no JSON Schema
 * @example
 * ```ts
 * const change = body(z.object({ text: z.string().max(10_000) }));
 * ```
 */
export function body<S extends AnySchema, const I extends IdentifiesMembers = never>(
  schema: S,
  options: MemberOptions<I & MembersCheck<S, I>> = {},
): Dependency<OutputOf<S>, "input" | MemberIds<"body", S, I>> {
  return memberBody<"body", S, I>(json, schema, options);
}
