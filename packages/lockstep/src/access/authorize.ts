/** `authorize()`: may they do this? A refusal is 403. */
import type { Advice, Dependency, Deps, FactsOf, Given, Need, Values } from "../dependency/dependency.ts";
import { dependency, entriesOf } from "../dependency/node.ts";
import { checkFunction, checkObject, guard, needFact, type NoObject, refusalOf } from "./guard.ts";

const needsCaller = "authorize() needs an authenticated dependency";
const needsValue =
  "authorize() must return the value (an object) or deny(), not a boolean, a string or a method that was not called";

type DecisionCheck<T> = [Extract<Given<T>, NoObject>] extends [never] ? unknown : Advice<typeof needsValue>;

/** What an authorization declares. */
export interface AuthorizeOptions {
  /** `any`: who passes may reach objects that are not theirs (an administrator, say); shown in the access matrix. */
  readonly reach?: "any";
  /** Problems it may throw beside refusing, by status, for the documentation: `{ 429: "Too many requests." }`. */
  readonly problems?: Readonly<Record<number, string>>;
}

/**
 * Decides whether the caller may go on, and gives a value. `undefined`, `null`, `false` and `deny("reason")` refuse:
 * **403** (RFC 9110 §15.5.4).
 *
 * @throws BuildError `wrong_dependency` where nobody is authenticated below; at run time `wrong_result` for what is no object
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
  const entries = entriesOf("authorize()", deps);
  const facts = needFact(entries, "authenticated", needsCaller).add("authorized");
  checkFunction("authorize", run);
  if (options?.reach === "any") facts.add("reaches-any");
  return dependency(
    guard({
      kind: "authorize",
      entries,
      facts,
      problems: options?.problems,
      // The executor gives exactly the record's values.
      run: (values) => run(values as Values<D>),
      settle: (result) => refusalOf(result, "forbidden") ?? checkObject(result, needsValue),
    }),
  );
}
