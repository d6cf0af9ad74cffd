/**
 * Facts: the properties of everything below a dependency. This module owns their names and how they combine, in the types
 * and, with the same rules, at run time. Each verb's file says which facts it adds or clears.
 *
 * A fact that protects counts only if every member of a union has it; a fact that warns counts if any has it.
 */

/** A fact that protects: it counts only if every alternative has it. */
export type Protection =
  | "credential"
  | "authenticated"
  | "authorized"
  | "reaches-any"
  | "scoped"
  | "scopes-asked"
  | `checked:${string}`;

/** A fact that warns or merely declares: it counts if any alternative has it. */
export type Notice =
  | "cookie"
  | "input"
  | "segment"
  | "scopes-unasked"
  | `scope:${string}`
  | `object-id:${string}`
  | `param:${string}`;

/**
 * One thing known of a dependency and everything below it.
 *
 * - `credential`: a security scheme is below
 * - `authenticated`, `authorized`: an `authenticate()`, an `authorize()` has passed
 * - `reaches-any`: declared to reach objects that are not the caller's
 * - `scoped`: the granted scopes are known
 * - `scopes-asked`: `scopes()` or `anyScope()` was applied
 * - `checked:x`: an object was loaded by the id x and checked
 * - `scope:x`: a scheme below declares the scope x
 * - `scopes-unasked`: the credential may be limited to scopes, and none was asked for
 * - `object-id:x`: an id from the request that names an object; x is its place and name, `path.id` or `body.items.productId`
 * - `param:x`: the path parameter x is used
 * - `input`: a value that the client chose is below (a path segment that names no object is a `segment` instead)
 * - `cookie`: the credential may come from a cookie
 */
export type Fact = Protection | Notice;

/** The kinds of facts that have a name: `param:id` is of the kind `param` and has the name `id`. */
type NamedKind = "checked" | "scope" | "object-id" | "param";

/** The names in facts of one kind: `"path.id"` in `"object-id:path.id"`. `namesOf()` is the same at run time. */
export type NamesOf<F, K extends NamedKind> = F extends `${K}:${infer Name}` ? Name : never;

const protections: ReadonlySet<string> = new Set<Protection>([
  "credential",
  "authenticated",
  "authorized",
  "reaches-any",
  "scoped",
  "scopes-asked",
]);

function isProtection(fact: Fact): boolean {
  return protections.has(fact) || fact.startsWith("checked:");
}

/** The facts of a dependency at run time. */
export type FactSet = ReadonlySet<Fact>;

/** The facts of a record, all of whose entries must pass: everything that any entry knows. */
export function factsOfAll(entries: readonly FactSet[]): Set<Fact> {
  const all = new Set<Fact>();
  for (const facts of entries) for (const fact of facts) all.add(fact);
  return all;
}

/** The facts of alternatives, one of which passes: protections that every branch has, notices that any has. */
export function factsOfAny(branches: readonly FactSet[]): Set<Fact> {
  const all = factsOfAll(branches);
  for (const fact of all) {
    if (isProtection(fact) && !branches.every((facts) => facts.has(fact))) all.delete(fact);
  }
  return all;
}

/** What stays known when the dependency may be absent: no protection at all. */
export function factsOfOptional(facts: FactSet): Set<Fact> {
  return new Set([...facts].filter((fact) => !isProtection(fact)));
}

/** The ids that no object check below covers, by place and name: `path.id`. */
export function openIds(facts: FactSet): string[] {
  return namesOf(facts, "object-id").filter((name) => !facts.has(`checked:${name}`));
}

/** The ids that an object check below covers, by place and name. */
export function checkedIds(facts: FactSet): string[] {
  return namesOf(facts, "checked");
}

/** The names of the path parameters that are used. */
export function usedParameters(facts: FactSet): string[] {
  return namesOf(facts, "param");
}

/** The scopes that a scheme below declares. */
export function declaredScopes(facts: FactSet): string[] {
  return namesOf(facts, "scope");
}

/** The names in facts of one kind. `NamesOf` is the same in types. */
function namesOf(facts: FactSet, kind: NamedKind): string[] {
  const prefix = `${kind}:`;
  return [...facts].filter((fact) => fact.startsWith(prefix)).map((fact) => fact.slice(prefix.length));
}
