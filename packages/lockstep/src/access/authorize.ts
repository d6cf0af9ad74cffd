/** `authorize()`: may they do this? A refusal is 403. */
import { Refusal, refusalOfNothing } from "../outcome/refusal.ts";
import type {
  Advice,
  Dependency,
  Deps,
  FactsOf,
  FirstAdvice,
  Need,
  NoneOf,
  NoticesOf,
  OrAdvice,
  ProtectionsOfOne,
  ValueOf,
  Values,
} from "../dependency/dependency.ts";
import type { FactSet } from "../dependency/fact.ts";
import { dependency, entriesOf, type Entry, type ValueRecord } from "../dependency/node.ts";
import { isPromise } from "../promise.ts";
import { checkDeclaredProblems, type DeclaredProblems } from "../problem/declared-problems.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { Allowed } from "../outcome/allow.ts";
import { checkFunction, guard, isGuarded, needFact } from "./guard.ts";
import { idOf, notOneRecord, type Principal } from "../outcome/principal.ts";

const needsCaller = "authorize(): add an authenticated dependency: it decides what a known caller may do";
const needsValue =
  "authorize(): return an object with an id, the value of a guard below it, allow(value), or undefined to refuse; deny(reason) refuses too";
/** Said by `authorize()` and `roles()` alike. */
export const reachRestsOnInput =
  "decide by the principal, or load the object with owned(): reaching any object must not depend on what the client sent";

type NoDecision = readonly unknown[] | Error | PromiseLike<unknown> | ((...args: never) => unknown);
type GuardValue<V> = 0 extends 1 & V ? never : V extends NoDecision ? never : Extract<V, object>;

/** The values of the dependencies that are surely authenticated: handing one on is a yes. */
type GuardValues<D extends Deps> = {
  [K in keyof D]: "authenticated" extends ProtectionsOfOne<D[K]> ? GuardValue<ValueOf<D[K]>> : never;
}[keyof D];

/** The value that is given out. */
type AllowedOf<T> = NonNullable<T> extends infer G ? (G extends Allowed<infer V> ? V : G) : never;

/** Advice if a reach of any object rests on what the client sent. */
export type ReachCheck<Notices, Reach> = [Reach] extends [never]
  ? unknown
  : NoneOf<Extract<Notices, "input" | "segment">, typeof reachRestsOnInput>;

type ReachOf<Reach> = [Reach] extends ["any"] ? "reaches-any" : never;

/** A reach that is declared is there in every case: not as an optional member of a variable. */
type ReachInEveryCase<Reach> = [Reach] extends ["any"] ? { readonly reach: unknown } : unknown;

/** What an authorization declares. */
export interface AuthorizeOptions<Reach extends "any" | undefined = "any" | undefined> {
  /** `any`: who passes may reach objects that are not theirs (an administrator, say). */
  readonly reach?: Reach;
  /** Problems it may throw beside refusing, by status, for the documentation: `{ 429: "Too many requests." }`. */
  readonly problems?: DeclaredProblems;
}

/**
 * Decides whether the caller may go on. To say yes, return an object with an `id`, the value of a guard below, or
 * `allow(value)`. `undefined` and `null` refuse, and so does `deny("reason")`: **403** (RFC 9110 §15.5.4).
 *
 * Anything else (a boolean, a list, an error, `{ allowed: false }`) does not compile, and through `any` it is a 403 and an audit
 * event.
 *
 * @throws BuildError `wrong_dependency` without an authenticated dependency below, and if `reach: "any"` rests on an input;
 *   `wrong_option`
 *
 * @example
 * ```ts
 * const activeUser = authorize({ user: currentUser }, ({ user }) => (user.isActive ? user : deny("inactive")));
 * ```
 */
export function authorize<
  const D extends Deps,
  T extends Principal | Allowed<unknown> | GuardValues<D> | Advice<typeof needsValue> | null | undefined,
  const Reach extends "any" | undefined = undefined,
>(
  deps: OrAdvice<D, FirstAdvice<[Need<D, "authenticated", typeof needsCaller>, ReachCheck<NoticesOf<D>, ReachOf<Reach>>]>>,
  run: (values: Values<D>) => T | PromiseLike<T>,
  options?: AuthorizeOptions<Reach> & ReachInEveryCase<Reach>,
): Dependency<AllowedOf<T>, FactsOf<D> | "authorized" | ReachOf<Reach>> {
  const entries = entriesOf("authorize()", deps);
  const facts = needFact(entries, "authenticated", needsCaller).add("authorized");
  checkFunction("authorize", run);
  if (options !== undefined) checkOptions<AuthorizeOptions>("authorize()", options, { reach: true, problems: true });
  checkDeclaredProblems("authorize()", options?.problems);
  if (options?.reach === "any") {
    checkReach("authorize()", facts);
    facts.add("reaches-any");
  }
  const guards = entries.filter(({ node }) => isGuarded(node));
  return dependency(
    guard({
      kind: "authorize",
      entries,
      facts,
      problems: options?.problems,
      // The executor gives exactly the record's values.
      run: (values) => run(values as Values<D>),
      settle: (result, values) => decide(result, values, guards),
    }),
  );
}

/** @throws BuildError `wrong_dependency` if a reach of any object rests on what the client sent */
export function checkReach(where: string, facts: FactSet): void {
  if (facts.has("input") || facts.has("segment")) throw new BuildError("wrong_dependency", `${where}: ${reachRestsOnInput}`);
}

function decide(result: unknown, values: ValueRecord, guards: readonly Entry[]): unknown {
  const nothing = refusalOfNothing(result, "forbidden");
  if (nothing !== undefined) return nothing;
  if (result instanceof Allowed) return handedOn(result.value);
  if (typeof result === "object" && guards.some(({ key }) => values[key] === result)) return result;
  const other = notOneRecord(result);
  // One record is an object.
  if (other === undefined && idOf(result as object) !== undefined) return result;
  return new Refusal("forbidden", `the verb returned ${other ?? "an object without an id"}; allow(value) says yes to it`);
}

/** The answer of a check (a boolean, a promise of one, an error) is no value that `allow()` hands on, though `any` lets it in. */
function handedOn(value: unknown): unknown {
  const isValue =
    typeof value === "object"
      ? value !== null && !isPromise(value) && !(value instanceof Error)
      : typeof value === "string" || typeof value === "number" || typeof value === "bigint";
  return isValue ? value : new Refusal("forbidden", `allow() was given ${notOneRecord(value)}, which it does not accept`);
}
