/**
 * The advice for a wrong route, by the compiler (`route.ts`) and at start-up (`check.ts`), in the same words: first what to
 * write, then why. The compiler checks the functions here against the types beside them.
 */

export const unprotected = 'add an authenticated dependency or { public: "reason" }: this route is unprotected';

export const publicAndAuthenticated =
  "remove public or the authenticated dependency: a route cannot have both; for a caller who may be signed in, use optional()";

/** An id by its place and name, as the developer wrote it: `path("id")`, `"noteId" of body()`. */
export type InputOf<Id extends string> = string extends Id
  ? "every id below"
  : Id extends `${infer Place}.${infer Name}`
    ? Place extends "body" | "form" | "multipart" | "messages"
      ? `"${Name}" of ${Place}()`
      : `${Place}("${Name}")`
    : `${Id}()`;

/** The inputs whose ids are members. */
const hasMembers: ReadonlySet<string> = new Set(["body", "form", "multipart", "messages"]);

/** The same at run time. */
export function inputOf(id: string): string {
  const [place = id, ...names] = id.split(".");
  const name = names.join(".");
  if (name === "") return `${place}()`;
  return hasMembers.has(place) ? `"${name}" of ${place}()` : `${place}("${name}")`;
}

export type UncheckedId<Input extends string> =
  `check ${Input} with owned(), permitted() or unowned(): otherwise a caller can name any object (IDOR); for a value that identifies no object, declare { identifies: nothing("reason") }`;

export function uncheckedId<Input extends string>(input: Input): UncheckedId<Input> {
  return `check ${input} with owned(), permitted() or unowned(): otherwise a caller can name any object (IDOR); for a value that identifies no object, declare { identifies: nothing("reason") }`;
}

/** An id in a message of a WebSocket comes when every guard has run. */
export type UncheckedMessage<Input extends string> =
  `take ${Input} from the path: no guard can check an id in a message; if the handler checks it, declare { identifies: { … : nothing("where it is checked") } }`;

export function uncheckedMessage<Input extends string>(input: Input): UncheckedMessage<Input> {
  return `take ${input} from the path: no guard can check an id in a message; if the handler checks it, declare { identifies: { … : nothing("where it is checked") } }`;
}

/** The advice for an open id. */
export type Unchecked<Id extends string> = string extends Id
  ? UncheckedId<InputOf<Id>>
  : Id extends "messages" | `messages.${string}`
    ? UncheckedMessage<InputOf<Id>>
    : UncheckedId<InputOf<Id>>;

/** The same for all open ids of a route, at run time. */
export function unchecked(ids: readonly string[]): string {
  const inMessages = ids.filter((id) => id === "messages" || id.startsWith("messages."));
  const inputs = (some: readonly string[]): string => some.map(inputOf).join(" and ");
  return inMessages.length > 0 ? uncheckedMessage(inputs(inMessages)) : uncheckedId(inputs(ids));
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

export const needsType =
  'declare { response: file("image/png") } or { response: text() }: the handler returns bytes or a stream, and the document has to say of what';

export const needsNoContent =
  "declare { status: 204 }, or null in responses, for no content: this route sends a text, a number, a boolean or null, and the handler may return nothing";

export const needsPlainResponse =
  "declare { response: schema } or { status: 200 }: without them, this method sends 204 and no content, and the handler returns a value";

export const wrongStatus = "write responses by status from 200 to 599: { 200: schema, 303: null }";

export type UndeclaredStatus<S extends number> =
  `declare { status: ${S} } or { responses: { ${S}: … } }: the handler replies with ${S}`;

export function undeclaredStatus<S extends number>(status: S): UndeclaredStatus<S> {
  return `declare { status: ${status} } or { responses: { ${status}: … } }: the handler replies with ${status}`;
}

export const holdsSecret = "return no Secret, or declare a response schema without it: a Secret is never sent";

export const neverSent =
  "return the body, or throw the problem: a Response, a Blob, a stream, a Map, a Set, an Error, a promise, a bigint or a function cannot be sent";
