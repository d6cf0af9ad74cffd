/** `unowned()`: an object that every caller of the route may see, with the reason. Nothing found is 404. */
import type { Dependency, Deps, OpenIds, OrAdvice, Values } from "../dependency/dependency.ts";
import { dependency, entriesOf } from "../dependency/node.ts";
import { checkOptions } from "../problem/options.ts";
import { checkFunction, guard } from "./guard.ts";
import { type Checked, type ChecksOption, checksOptions, closeIds, type NameTheChecked, refusalOfLoad } from "./object.ts";
import { checkReason, type Reason } from "../dependency/reason.ts";

/**
 * Loads an object that belongs to nobody in particular: a published post, a product. The reason is shown in the
 * document. If nothing is found, the answer is **404**.
 *
 * @throws BuildError `empty_reason`, `unchecked_object` as in `owned()`, `wrong_option`
 *
 * @example
 * ```ts
 * const post = unowned(
 *   "published posts are public",
 *   { slug: path("slug", z.string()), db },
 *   ({ slug, db }) => db.posts.find(slug),
 * );
 * ```
 */
export function unowned<const R extends string, const D extends Deps, T, const C extends OpenIds<D> = never>(
  reason: Reason<R>,
  deps: OrAdvice<D, NameTheChecked<D, C>>,
  load: (values: Values<D>) => T | PromiseLike<T>,
  options: ChecksOption<C> = {},
): Dependency<NonNullable<T>, Checked<D, C>> {
  const text = checkReason("unowned()", reason);
  const entries = entriesOf("unowned()", deps);
  checkFunction("unowned", load);
  checkOptions("unowned()", options, checksOptions);
  return dependency(
    guard({
      kind: "unowned",
      entries,
      ...closeIds("unowned", entries, options),
      // The values are exactly the record's.
      run: (values) => load(values as Values<D>),
      settle: (loaded) => refusalOfLoad(loaded) ?? loaded,
      reason: text,
    }),
  );
}
