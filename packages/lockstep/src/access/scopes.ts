/** `scopes()`: does the credential grant this? A refusal is 403 `insufficient_scope`. */
import type { Advice, Dependency } from "../dependency/dependency.ts";
import { declaredScopes, type Fact } from "../dependency/fact.ts";
import { dependency, entriesOf, type Node } from "../dependency/node.ts";
import { BuildError } from "../problem/error.ts";
import { guard, needFact } from "./guard.ts";
import { Refusal } from "./refusal.ts";

const needsGrants = "scopes() needs an authenticate() that returns identified(principal, grants)";

type DeclaredScopes<F> = F extends `scope:${infer S}` ? S : never;
type NeedsGrants<F> = "scoped" extends F ? unknown : Advice<typeof needsGrants>;

const made = new WeakMap<Node, Map<string, Node>>();

/**
 * The same dependency, for callers whose credential grants every one of the required scopes. Otherwise **403** with
 * `error="insufficient_scope"` and all that are needed (RFC 6750 §3.1). Only scopes that a scheme below declares compile.
 * The same arguments give the same dependency.
 *
 * @throws BuildError `unknown_scope` for a scope that no scheme below declares, `wrong_dependency` where nobody is authenticated
 *
 * @example
 * ```ts
 * patch("/notes/:id", { deps: { note: ownNote, user: scopes(activeUser, "notes:write") } }, update);
 * ```
 */
export function scopes<T, F extends Fact>(
  dep: Dependency<T, F> & NeedsGrants<F>,
  ...required: readonly [DeclaredScopes<F>, ...DeclaredScopes<F>[]]
): Dependency<T, F> {
  const entries = entriesOf("scopes()", { value: dep });
  const wanted = checkScopes(entries[0]?.node.facts ?? new Set(), required);
  needFact(entries, "authenticated", needsGrants);
  needFact(entries, "scoped", needsGrants);
  const known = made.get(dep["~dep"]) ?? new Map<string, Node>();
  made.set(dep["~dep"], known);
  const key = wanted.join(" ");
  const node =
    known.get(key) ??
    guard({
      kind: "scopes",
      entries,
      facts: dep["~dep"].facts,
      run: (values) => values["value"],
      settle: (result, _values, { granted }) => {
        const lacking = granted.length === 0 || granted.some(({ grants, scopes }) => !grantsAll(grants?.scope, scopes));
        return lacking ? new Refusal("scope", `needs ${key}`) : result;
      },
      scopes: wanted,
    });
  known.set(key, node);
  return dependency(node);
}

function checkScopes(facts: ReadonlySet<Fact>, required: readonly string[]): string[] {
  const declared = declaredScopes(facts);
  if (required.length === 0) throw new BuildError("unknown_scope", "scopes() needs at least one scope");
  for (const name of required) {
    if (declared.includes(name)) continue;
    const those = declared.length === 0 ? "none is declared" : `declared are ${declared.join(", ")}`;
    throw new BuildError("unknown_scope", `scopes(): no scheme below declares "${name}" (${those})`);
  }
  return [...new Set(required)].toSorted();
}

function grantsAll(scope: string | undefined, wanted: readonly string[]): boolean {
  return scope !== undefined && wanted.every((name) => includesScope(scope, name));
}

/** Whether a space-separated list (RFC 6749 §3.3) has a scope: the whole word, not a part of one. Asked on every request, so without a copy. */
function includesScope(scope: string, name: string): boolean {
  for (let at = scope.indexOf(name); at !== -1; at = scope.indexOf(name, at + 1)) {
    const end = at + name.length;
    if ((at === 0 || scope[at - 1] === " ") && (end === scope.length || scope[end] === " ")) return true;
  }
  return false;
}
