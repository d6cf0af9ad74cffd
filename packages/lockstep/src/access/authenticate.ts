/** `authenticate()`: who is asking? A refusal is 401. */
import { Refusal, refusalOfNothing } from "../outcome/refusal.ts";
import {
  type Advice,
  type Dependency,
  type Deps,
  type FactsOf,
  type FirstAdvice,
  type Need,
  type NoneOf,
  type NoticesOf,
  type OrAdvice,
  type Values,
} from "../dependency/dependency.ts";
import { declaredScopes, type NamesOf } from "../dependency/fact.ts";
import { dependency, entriesOf } from "../dependency/node.ts";
import { BuildError } from "../problem/error.ts";
import { checkFunction, guard, needFact } from "./guard.ts";
import { Identified } from "../outcome/identified.ts";
import { idOf, isId, notOneRecord, type Principal } from "../outcome/principal.ts";

const needsScheme = "authenticate(): add a security scheme to the dependencies: it reads the credential from the request";
const needsPrincipal = "authenticate(): return an object with an id, identified(principal, grants), or undefined to refuse";
const noInputs =
  'authenticate(): remove the input: only credentials, connection() and rawBody() say who is asking; declare a signed header as signedHeader("X-Timestamp"), and a path parameter that chooses the key as path(name, schema, { identifies: nothing("reason") })';

/** The principal in what `run` returned. */
type PrincipalOf<T> = NonNullable<T> extends infer G ? (G extends Identified<infer P> ? P : G) : never;

/** `scoped` if the result says what the credential grants, in every case that is no refusal. */
type ScopedIf<T> = [NonNullable<T>] extends [Identified<unknown>] ? ([NonNullable<T>] extends [never] ? never : "scoped") : never;

/** `scopes-unasked` if a scheme below declares scopes. */
type UnaskedIf<D extends Deps> = [NamesOf<NoticesOf<D>, "scope">] extends [never] ? never : "scopes-unasked";

/** What the client may choose freely is no credential. */
type NoInputs<D extends Deps> = NoneOf<Extract<NoticesOf<D>, "input">, typeof noInputs>;

/**
 * Verifies a credential and says who is asking. Return the principal, an object with an `id`; or `identified(principal, grants)`
 * if the credential grants scopes; or `undefined` or `null` to refuse: **401** with one challenge for each scheme below (RFC 9110
 * §15.5.2). `deny("reason")` refuses with a reason for the audit log. Throwing `InvalidCredential`, as every verifier here does,
 * refuses too.
 *
 * Anything else is no principal (a list, an error, the result of a validation, an object without an id): it does not compile, and
 * through `any` it is a 401 and an audit event.
 *
 * It rests on what proves who is asking: schemes, `connection()`, `rawBody()`, resources, and a path parameter that says it
 * identifies nothing.
 *
 * @throws BuildError `wrong_dependency` without a security scheme below, or with an input below
 *
 * @example
 * ```ts
 * const currentUser = authenticate({ claims: accessTokens.claims(token), db }, async ({ claims, db }) => {
 *   const user = await db.users.find(claims.sub);
 *   return user && identified(user, claims);
 * });
 * ```
 */
export function authenticate<
  const D extends Deps,
  T extends Principal | Identified<object> | Advice<typeof needsPrincipal> | null | undefined,
>(
  deps: OrAdvice<D, FirstAdvice<[Need<D, "credential", typeof needsScheme>, NoInputs<D>]>>,
  run: (values: Values<D>) => T | PromiseLike<T>,
): Dependency<PrincipalOf<T>, FactsOf<D> | "authenticated" | ScopedIf<T> | UnaskedIf<D>> {
  const entries = entriesOf("authenticate()", deps);
  const facts = needFact(entries, "credential", needsScheme).add("authenticated");
  if (facts.has("input")) throw new BuildError("wrong_dependency", noInputs);
  // Whether the credential grants scopes is known for sure only at run time; `scopes()` refuses if it does not.
  facts.add("scoped");
  if (declaredScopes(facts).length > 0) facts.add("scopes-unasked");
  checkFunction("authenticate", run);
  return dependency(
    guard({
      kind: "authenticate",
      entries,
      facts,
      // The executor gives exactly the record's values.
      run: (values) => run(values as Values<D>),
      settle: (result) => {
        const nothing = refusalOfNothing(result, "invalid");
        if (nothing !== undefined) return nothing;
        const grants = result instanceof Identified ? result.grants : undefined;
        const principal: unknown = result instanceof Identified ? result.principal : result;
        const other = notOneRecord(principal);
        if (other !== undefined) return new Refusal("invalid", `the verb returned ${other}, which is not a principal`);
        // One record is an object.
        const id = idOf(principal as object) ?? grants?.sub;
        return isId(id) ? result : new Refusal("invalid", "the verb returned an object without an id, which is not a principal");
      },
    }),
  );
}
