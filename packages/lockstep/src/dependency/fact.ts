/**
 * Facts: what is known of everything below a dependency. This module owns their names and how they combine, in the types
 * and, with the same rules, at run time. Which verb adds or clears which fact stands with the verb.
 *
 * A fact that protects counts only if every member of a union has it; a fact that warns counts if any has it.
 */

/** What protects: it counts only where every alternative has it. */
export type Protection = "credential" | "authenticated" | "authorized" | "reaches-any" | "scoped";

/** What warns or merely declares: it counts where any alternative has it. */
export type Notice = "cookie" | `scope:${string}` | `object-id:${string}` | `param:${string}`;

/**
 * One thing known of a dependency and everything below it.
 *
 * - `credential`: a security scheme is below
 * - `authenticated`, `authorized`: an `authenticate()`, an `authorize()` has passed
 * - `reaches-any`: declared to reach objects that are not the caller's
 * - `scoped`: the granted scopes are known
 * - `scope:x`: a scheme below declares the scope x
 * - `object-id:x`: an id from the request that names an object, not yet checked
 * - `param:x`: the path parameter x is used
 * - `cookie`: the credential may come from a cookie
 */
export type Fact = Protection | Notice;

const protections: ReadonlySet<string> = new Set<Protection>([
  "credential",
  "authenticated",
  "authorized",
  "reaches-any",
  "scoped",
]);

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
    if (protections.has(fact) && !branches.every((facts) => facts.has(fact))) all.delete(fact);
  }
  return all;
}

/** What stays known when the dependency may be absent: no protection at all. */
export function factsOfOptional(facts: FactSet): Set<Fact> {
  return new Set([...facts].filter((fact) => !protections.has(fact)));
}

/** The names of the ids that nothing has checked yet. */
export function uncheckedIds(facts: FactSet): string[] {
  return named(facts, "object-id:");
}

/** The names of the path parameters that are used. */
export function usedParameters(facts: FactSet): string[] {
  return named(facts, "param:");
}

/** The scopes that a scheme below declares. */
export function declaredScopes(facts: FactSet): string[] {
  return named(facts, "scope:");
}

function named(facts: FactSet, prefix: string): string[] {
  return [...facts].filter((fact) => fact.startsWith(prefix)).map((fact) => fact.slice(prefix.length));
}
