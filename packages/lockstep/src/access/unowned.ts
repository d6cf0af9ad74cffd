/** `unowned()`: an object that every caller of the route may see, with the reason. Nothing found is 404. */
import type { Dependency, Deps, Given, Values } from "../dependency/dependency.ts";
import { dependency, entriesOf } from "../dependency/node.ts";
import { checkFunction, guard, refusalOf } from "./guard.ts";
import { type Checked, type ChecksOption, clearChecked, type NameTheChecked, type UncheckedIds } from "./object.ts";
import { checkReason, type NonEmptyReason } from "./reason.ts";

/**
 * Loads an object that belongs to nobody in particular: a published post, a product. The reason is shown in the access
 * matrix. Nothing found is **404**.
 *
 * @throws BuildError `empty_reason`, `unchecked_object` as in `owned()`
 *
 * @example
 * ```ts
 * const post = unowned("published posts are public", { slug: path("slug", z.string()), db }, ({ slug, db }) => db.posts.find(slug));
 * ```
 */
export function unowned<const R extends string, const D extends Deps, T, const C extends UncheckedIds<D> = never>(
  reason: R & NonEmptyReason<R>,
  deps: D & NameTheChecked<D, C>,
  load: (values: Values<D>) => T,
  options: ChecksOption<C> = {},
): Dependency<Given<T>, Checked<D, C>> {
  const text = checkReason("unowned()", reason);
  const entries = entriesOf("unowned()", deps);
  checkFunction("unowned", load);
  return dependency(
    guard({
      kind: "unowned",
      entries,
      facts: clearChecked("unowned", entries, options),
      // The executor gives exactly the record's values.
      run: (values) => load(values as Values<D>),
      settle: (result) => refusalOf(result, "hidden") ?? result,
      reason: text,
    }),
  );
}
