/** `authenticate()`: who is asking? A refusal is 401. */
import type { Advice, Dependency, Deps, FactsOf, Given, Need, Values } from "../dependency/dependency.ts";
import { dependency, entriesOf } from "../dependency/node.ts";
import { checkFunction, checkObject, guard, needFact, type NoObject, refusalOf } from "./guard.ts";
import { Identified } from "./identified.ts";

const needsScheme = "authenticate() needs a security scheme among its dependencies";
const needsPrincipal = "authenticate() must return a principal (an object), not a boolean, a string or the credential";

/** The principal in what `run` returned. */
export type PrincipalOf<T> = T extends Identified<infer P> ? P : T;

/** `scoped` if the result says what the credential grants, in every case that is no refusal. */
type ScopedIf<T> = [T] extends [Identified<unknown>] ? ([T] extends [never] ? never : "scoped") : never;

/** What is no principal: a primitive, the credential itself, nothing inside `identified()`. */
type PrincipalCheck<T> = [Extract<PrincipalOf<Given<T>>, NoObject>] extends [never]
  ? [T] extends [Identified<infer P>]
    ? [Extract<P, null | undefined>] extends [never]
      ? unknown
      : Advice<typeof needsPrincipal>
    : unknown
  : Advice<typeof needsPrincipal>;

/**
 * Verifies a credential and says who is asking. The result is the principal, or `identified(principal, grants)` where the
 * credential grants scopes. `undefined`, `null`, `false` and `deny("reason")` refuse: **401** with one challenge for each
 * scheme below (RFC 9110 §15.5.2). Throwing `InvalidCredential`, as every verifier here does, refuses as well.
 *
 * @throws BuildError `wrong_dependency` without a security scheme below; at run time `wrong_result` for a result that is no object
 *
 * @example
 * ```ts
 * const currentUser = authenticate({ token, db }, async ({ token, db }) => {
 *   const claims = await accessTokens.verify(token);
 *   const user = await db.users.find(claims.sub);
 *   return user && identified(user, claims);
 * });
 * ```
 */
export function authenticate<const D extends Deps, T>(
  deps: D & Need<D, "credential", typeof needsScheme>,
  run: (values: Values<D>) => T & PrincipalCheck<Awaited<T>>,
): Dependency<PrincipalOf<Given<T>>, FactsOf<D> | "authenticated" | ScopedIf<Given<T>>> {
  const entries = entriesOf("authenticate()", deps);
  const facts = needFact(entries, "credential", needsScheme).add("authenticated");
  // Whether the credential grants scopes is known for sure only at run time; `scopes()` refuses where it does not.
  facts.add("scoped");
  checkFunction("authenticate", run);
  return dependency(
    guard({
      kind: "authenticate",
      entries,
      facts,
      // The executor gives exactly the record's values.
      run: (values) => run(values as Values<D>),
      settle: (result, _values, verdicts) => {
        const refusal = refusalOf(result, "invalid");
        if (refusal !== undefined) return refusal;
        if (!(result instanceof Identified)) return checkObject(result, needsPrincipal);
        verdicts.grant(result.grants);
        return checkObject(result.principal, needsPrincipal);
      },
    }),
  );
}
