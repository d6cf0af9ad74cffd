/**
 * The advice that a wrong route gets from the compiler (`route.ts`) and at start-up (`check.ts`), in the same words: first the
 * code to write, then the reason. The compiler checks the functions here against the types beside them.
 */

export const unprotected = 'add an authenticated dependency or { public: "reason" }: this route is unprotected';

export const publicAndAuthenticated =
  "remove public or the authenticated dependency: a route cannot have both; for a caller who may be signed in, use optional()";

/** An id by its place and name, as the developer wrote it: `path("id")`, `"noteId" of body()`. */
export type InputOf<Id extends string> = string extends Id
  ? "every id below"
  : Id extends `${infer Place}.${infer Name}`
    ? Place extends "body" | "form"
      ? `"${Name}" of ${Place}()`
      : `${Place}("${Name}")`
    : `${Id}()`;

/** The same at run time. */
export function inputOf(id: string): string {
  const [place = id, ...names] = id.split(".");
  const name = names.join(".");
  if (name === "") return `${place}()`;
  return place === "body" || place === "form" ? `"${name}" of ${place}()` : `${place}("${name}")`;
}

export type UncheckedId<Input extends string> =
  `check ${Input} with owned(), permitted() or unowned(): otherwise a caller can name any object (IDOR); for a value that identifies no object, declare { identifies: nothing("reason") }`;

export function uncheckedId<Input extends string>(input: Input): UncheckedId<Input> {
  return `check ${input} with owned(), permitted() or unowned(): otherwise a caller can name any object (IDOR); for a value that identifies no object, declare { identifies: nothing("reason") }`;
}

export type Undeclared<Name extends string> = `add :${Name} to the path: a dependency reads path("${Name}")`;

export function undeclared<Name extends string>(name: Name): Undeclared<Name> {
  return `add :${name} to the path: a dependency reads path("${name}")`;
}

export type Unused<Name extends string> = `add path("${Name}", schema) to a dependency: nothing reads :${Name} of the path`;

export function unused<Name extends string>(name: Name): Unused<Name> {
  return `add path("${name}", schema) to a dependency: nothing reads :${name} of the path`;
}

export type Shadowed<Name extends string> = `rename the dependency "${Name}": the group already declares one of this name`;

export function shadowed<Name extends string>(name: Name): Shadowed<Name> {
  return `rename the dependency "${name}": the group already declares one of this name`;
}

/** `Credential` is the credential's description, as far as it is known. */
export type ScopesUnasked<Credential extends string> =
  `require a scope with scopes(user, "…") or use anyScope(user, "reason"): this route changes something, and its ${Credential} may be limited to scopes`;

export function scopesUnasked<Credential extends string>(credential: Credential): ScopesUnasked<Credential> {
  return `require a scope with scopes(user, "…") or use anyScope(user, "reason"): this route changes something, and its ${credential} may be limited to scopes`;
}

export const wrongTemplate =
  "write the path as /segments, each parameter one of them (/notes/:id): paths have no wildcards, suffixes, expressions or trailing slash";

export const needsResponse =
  'declare { response: schema } or { response: unchecked("reason") }: the handler returns an object or a list';

export const holdsSecret = "return no Secret, or declare a response schema without it: a Secret is never sent";

export const neverSent =
  "return the body, or throw the problem: a Response, a Map, a Set, an Error, a bigint or a function cannot be sent";
