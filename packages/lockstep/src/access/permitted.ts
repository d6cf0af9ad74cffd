/** `permitted()`: an object that a role or a policy opens to someone who does not own it. A refusal is 404. */
import type { Dependency, Deps, FirstAdvice, Need, OpenIds, OrAdvice, Values } from "../dependency/dependency.ts";
import { dependency, entriesOf } from "../dependency/node.ts";
import { checkOptions } from "../problem/options.ts";
import { checkFunction, guard, needFact } from "./guard.ts";
import { type Checked, type ChecksOption, checksOptions, closeIds, type NameTheChecked, refusalOfLoad } from "./object.ts";

const needsReach =
  'permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" }): the caller must be allowed to reach any object';

/**
 * Loads an object by an id of the request for a caller who may reach objects that are not theirs. That the caller may has
 * been declared and checked below; being active, or having a scope, is not such a declaration. A missing object is **404**.
 *
 * @throws BuildError `wrong_dependency` if nothing below declares the reach, `unchecked_object` as in `owned()`, `wrong_option`
 *
 * @example
 * ```ts
 * const anyNote = permitted(
 *   { id: path("id", z.uuid()), admin: role.require("admin"), db },
 *   ({ id, db }) => db.notes.find({ id }),
 * );
 * ```
 */
export function permitted<const D extends Deps, T, const C extends OpenIds<D> = never>(
  deps: OrAdvice<D, FirstAdvice<[Need<D, "reaches-any", typeof needsReach>, NameTheChecked<D, C>]>>,
  load: (values: Values<D>) => T | PromiseLike<T>,
  options: ChecksOption<C> = {},
): Dependency<NonNullable<T>, Checked<D, C>> {
  const entries = entriesOf("permitted()", deps);
  needFact(entries, "authenticated", needsReach);
  needFact(entries, "reaches-any", needsReach);
  checkFunction("permitted", load);
  checkOptions("permitted()", options, checksOptions);
  return dependency(
    guard({
      kind: "permitted",
      entries,
      ...closeIds("permitted", entries, options),
      // The values are exactly the record's.
      run: (values) => load(values as Values<D>),
      settle: (loaded) => refusalOfLoad(loaded) ?? loaded,
    }),
  );
}
