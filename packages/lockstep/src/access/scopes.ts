/** `scopes()` and `anyScope()`: does the credential grant this? A refusal is 403 `insufficient_scope`. */
import type { AnyDependency, Dependency, FactsOfOne, NeedOfOne, OrAdvice, ValueOf } from "../dependency/dependency.ts";
import { declaredScopes, type Fact, type NamesOf } from "../dependency/fact.ts";
import { BuildError } from "../problem/error.ts";
import { entryOf, guard, needFact, oncePerNode } from "./guard.ts";
import { checkReason, type Reason } from "../dependency/reason.ts";
import { Refusal } from "../outcome/refusal.ts";

const needsGrants = "scopes(): return identified(principal, grants) from the authenticate() below: the grants hold the scopes";
const needsCaller = "anyScope(): pass an authenticated dependency: the scopes are those of its credential";

/** The scopes that schemes below declare: of a union of dependencies, those that are declared below each. */
type DeclaredScopes<D extends AnyDependency> = D["~dep"]["sure"] extends (fact: infer F) => void ? NamesOf<F, "scope"> : never;

/** The facts once scopes were asked for. */
type Asked<D extends AnyDependency> = Exclude<FactsOfOne<D>, "scopes-unasked"> | "scopes-asked";

const once = oncePerNode();

/**
 * The same dependency, for callers whose credential grants every one of the required scopes. Otherwise **403** with
 * `error="insufficient_scope"` and all that are needed (RFC 6750 §3.1). Only scopes that a scheme below declares compile.
 * The same arguments have the same dependency.
 *
 * @throws BuildError `unknown_scope` for a scope that no scheme below declares, `wrong_dependency` if nobody is authenticated
 *
 * @example
 * ```ts
 * patch("/notes/:id", { deps: { note: ownNote, user: scopes(activeUser, "notes:write") }, response: Note }, update);
 * ```
 */
export function scopes<D extends AnyDependency>(
  dep: OrAdvice<D, NeedOfOne<D, "scoped", typeof needsGrants>>,
  ...required: readonly [DeclaredScopes<D>, ...DeclaredScopes<D>[]]
): Dependency<ValueOf<D>, Asked<D>> {
  const entry = entryOf("scopes()", dep);
  const wanted = checkScopes(entry.node.facts, required);
  needFact([entry], "authenticated", needsGrants);
  needFact([entry], "scoped", needsGrants);
  return once(entry.node, wanted.join(" "), () =>
    guard({
      kind: "scopes",
      entries: [entry],
      facts: askedFacts(entry.node.facts),
      run: (values) => values["value"],
      settle: (result, _values, callers, step) => {
        const granted = callers.granted(step);
        const lacking = granted.length === 0 || granted.some(({ grants, scopes }) => !grantsAll(grants?.scope, scopes));
        return lacking ? new Refusal("scope", `needs ${wanted.join(" ")}`) : result;
      },
      scopes: wanted,
    }),
  );
}

/**
 * The same dependency, saying that a credential limited to scopes may be used whatever it was granted. A route that changes
 * something asks for a scope or says this. The reason is documented. On a group it is said once for all its routes.
 *
 * @throws BuildError `empty_reason`, `wrong_dependency` if nobody is authenticated
 *
 * @example
 * ```ts
 * del("/me/session", { deps: { user: anyScope(currentUser, "anyone may sign out") } }, signOut);
 * ```
 */
export function anyScope<D extends AnyDependency, const R extends string>(
  dep: OrAdvice<D, NeedOfOne<D, "authenticated", typeof needsCaller>>,
  reason: Reason<R>,
): Dependency<ValueOf<D>, Asked<D>> {
  const text = checkReason("anyScope()", reason);
  const entry = entryOf("anyScope()", dep);
  needFact([entry], "authenticated", needsCaller);
  return once(entry.node, `"${text}"`, () =>
    guard({
      kind: "scopes",
      entries: [entry],
      facts: askedFacts(entry.node.facts),
      run: (values) => values["value"],
      settle: (result) => result,
      reason: text,
    }),
  );
}

function askedFacts(below: ReadonlySet<Fact>): Set<Fact> {
  const facts = new Set(below).add("scopes-asked");
  facts.delete("scopes-unasked");
  return facts;
}

function checkScopes(facts: ReadonlySet<Fact>, required: readonly string[]): string[] {
  const declared = declaredScopes(facts);
  if (required.length === 0)
    throw new BuildError("unknown_scope", 'scopes(): pass at least one scope: scopes(user, "notes:write")');
  for (const name of required) {
    if (declared.includes(name)) continue;
    const those = declared.length === 0 ? "no scope" : declared.join(", ");
    throw new BuildError(
      "unknown_scope",
      `scopes(): correct "${name}", or declare it on a scheme below: the schemes below declare ${those}`,
    );
  }
  return [...new Set(required)].toSorted();
}

function grantsAll(scope: string | undefined, wanted: readonly string[]): boolean {
  return scope !== undefined && wanted.every((name) => includesScope(scope, name));
}

/**
 * Whether a space-separated list (RFC 6749 §3.3) has a scope: the whole word, not a part of one. Asked on every request, so
 * without a copy.
 */
function includesScope(scope: string, name: string): boolean {
  for (let at = scope.indexOf(name); at !== -1; at = scope.indexOf(name, at + 1)) {
    const end = at + name.length;
    if ((at === 0 || scope[at - 1] === " ") && (end === scope.length || scope[end] === " ")) return true;
  }
  return false;
}
