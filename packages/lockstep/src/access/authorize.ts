/** `authorize()`: may they do this? A refusal is 403. */
import { BuildError } from "../problem/error.ts";
import type { Advice, Dependency, Deps, FactsOf, Given, Need, Values } from "../dependency/dependency.ts";
import { dependency, entriesOf } from "../dependency/node.ts";
import { guard, needFact, refusalOf } from "./guard.ts";

const needsCaller = "authorize() needs an authenticated dependency";
const needsValue = "authorize() must return the value or deny(), not a boolean or a string";

type DecisionCheck<T> = [Extract<Given<T>, boolean | string>] extends [never] ? unknown : Advice<typeof needsValue>;

/** What an authorization declares. */
export interface AuthorizeOptions {
  /** `any`: who passes may reach objects that are not theirs (an administrator, say); shown in the access matrix. */
  readonly reach?: "any";
}

/**
 * Decides whether the caller may go on, and gives a value. `undefined`, `null`, `false` and `deny("reason")` refuse:
 * **403** (RFC 9110 §15.5.4).
 *
 * @throws BuildError `wrong_dependency` where nobody is authenticated below; at run time `wrong_result` for `true` or a string
 *
 * @example
 * ```ts
 * const activeUser = authorize({ user: currentUser }, ({ user }) => (user.isActive ? user : deny("inactive")));
 * ```
 */
export function authorize<const D extends Deps, T, const O extends AuthorizeOptions = Record<never, never>>(
  deps: D & Need<D, "authenticated", typeof needsCaller>,
  run: (values: Values<D>) => T & DecisionCheck<T>,
  options?: O,
): Dependency<Given<T>, FactsOf<D> | "authorized" | (O extends { readonly reach: "any" } ? "reaches-any" : never)> {
  const entries = entriesOf("authorize", deps);
  const facts = needFact(entries, "authenticated", needsCaller).add("authorized");
  if (options?.reach === "any") facts.add("reaches-any");
  return dependency(
    guard({
      kind: "authorize",
      entries,
      facts,
      // The executor gives exactly the record's values.
      run: (values) => run(values as Values<D>),
      settle: (result) => {
        if (result === true || typeof result === "string") throw new BuildError("wrong_result", needsValue);
        return refusalOf(result, "forbidden") ?? result;
      },
    }),
  );
}
