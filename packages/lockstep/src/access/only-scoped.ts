/** `onlyScoped()`: a credential that counts only where a scope is demanded of it. Elsewhere the refusal is 403. */
import type { AnyDependency, Dependency, FactsOfOne, NeedOfOne, OrAdvice, ValueOf } from "../dependency/dependency.ts";
import { dependency, entriesOf } from "../dependency/node.ts";
import { Refusal } from "../outcome/refusal.ts";
import { guard, needFact } from "./guard.ts";

const needsCaller = "onlyScoped(): pass an authenticated dependency: its credential counts only where a scope is demanded";

/**
 * The same dependency, on routes that demand a scope of it with `scopes()`. On every other route its credential is verified and
 * then refused with **403**, and the route is not documented as open to it. Use it for a credential that lives long and is given
 * to programs, such as an API key, as a branch of an `anyOf()` with people's sign-ins: a key without scopes then opens nothing.
 *
 * @throws BuildError `wrong_dependency` if nobody is authenticated
 *
 * @example
 * ```ts
 * const currentUser = authenticate({ caller: anyOf({ token, key: onlyScoped(key) }) }, ({ caller }) => caller.value);
 * get("/me", { deps: { user: currentUser }, response: User }, show); // a key is 403
 * get("/notes", { deps: { user: scopes(currentUser, "notes:read") }, response: Notes }, list); // a key with the scope reads
 * ```
 */
export function onlyScoped<D extends AnyDependency>(
  dep: OrAdvice<D, NeedOfOne<D, "authenticated", typeof needsCaller>>,
): Dependency<ValueOf<D>, FactsOfOne<D>> {
  const entries = entriesOf("onlyScoped()", { value: dep });
  const facts = needFact(entries, "authenticated", needsCaller);
  return dependency(
    guard({
      kind: "scopes",
      entries,
      facts,
      run: (values) => values["value"],
      settle: (result, _values, _callers, step) =>
        step.isScopeDemanded ? result : new Refusal("forbidden", "this credential counts only where a scope is demanded"),
      onlyScoped: true,
    }),
  );
}
