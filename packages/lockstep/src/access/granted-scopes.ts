/** `grantedScopes()`: which scopes does the credential grant? It asks for none. */
import type { AnyDependency, Dependency, FactsOfOne, NeedOfOne, OrAdvice } from "../dependency/dependency.ts";
import { dependency, entriesOf, type Node } from "../dependency/node.ts";
import { needFact } from "./guard.ts";

const needsCaller = "grantedScopes(): pass an authenticated dependency: the scopes are those of its credential";

const made = new WeakMap<Node, Node>();

/**
 * The scopes that the credential of a caller grants: those for which `scopes()` would let it pass. `undefined` if the credential
 * is not limited to scopes, because `authenticate()` returned the principal without grants. An empty list grants nothing.
 *
 * It decides nothing: use it to show less, or to offer less, to a credential that may do less. A route that changes something
 * still asks for a scope with `scopes()`, which also refuses, challenges and documents. The scopes that a route demands are not
 * told to its dependencies, so a value is the same on every route.
 *
 * Every call for one dependency returns the same dependency.
 *
 * @throws BuildError `wrong_dependency` if nobody is authenticated
 *
 * @example
 * ```ts
 * const profile = depends({ user: currentUser, granted: grantedScopes(currentUser) }, ({ user, granted }) =>
 *   granted === undefined || granted.includes("email") ? { id: user.id, email: user.email } : { id: user.id },
 * );
 * ```
 */
export function grantedScopes<D extends AnyDependency>(
  dep: OrAdvice<D, NeedOfOne<D, "authenticated", typeof needsCaller>>,
): Dependency<readonly string[] | undefined, FactsOfOne<D>> {
  const [entry, ...others] = entriesOf("grantedScopes()", { value: dep });
  if (entry === undefined || others.length > 0) throw new TypeError("A record of one has one entry");
  const facts = needFact([entry], "authenticated", needsCaller);
  const known = made.get(entry.node) ?? { kind: "granted-scopes", deps: [entry], facts, lifetime: "request" };
  made.set(entry.node, known);
  return dependency(known);
}
