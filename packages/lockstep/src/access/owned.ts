/** `owned()`: is this object theirs? A refusal is 404. */
import type { Dependency, Deps, Given, Need, Values } from "../dependency/dependency.ts";
import { BuildError } from "../problem/error.ts";
import { dependency, entriesOf } from "../dependency/node.ts";
import { checkFunction, guard, needFact, refusalOf } from "./guard.ts";
import { type Checked, type ChecksOption, clearChecked, type NameTheChecked, type UncheckedIds } from "./object.ts";
import { Refusal } from "./refusal.ts";

const needsCaller = "owned() needs to know who is asking: depend on an authenticate() dependency";

/**
 * Loads an object by an id of the request and gives it out only if `belongs` says that it is the caller's. Nothing found
 * and not theirs are the same **404**, byte for byte, so that ids cannot be probed. `belongs` is asked about the object
 * that was loaded: a loader that forgets the owner still answers 404. Only `true` lets it through.
 *
 * @throws BuildError `wrong_dependency` where nobody is authenticated below, `unchecked_object` where several ids are below
 *   and `checks` does not name those it checks
 *
 * @example
 * ```ts
 * const ownNote = owned({ id: path("id", z.uuid()), user: activeUser, db },
 *   ({ id, user, db }) => db.notes.find({ id, ownerId: user.id }),
 *   (note, { user }) => note.ownerId === user.id);
 * ```
 */
export function owned<const D extends Deps, T, const C extends UncheckedIds<D> = never>(
  deps: D & Need<D, "authenticated", typeof needsCaller> & NameTheChecked<D, C>,
  load: (values: Values<D>) => T,
  belongs: (object: Given<T>, values: Values<D>) => boolean,
  options: ChecksOption<C> = {},
): Dependency<Given<T>, Checked<D, C>> {
  const entries = entriesOf("owned()", deps);
  needFact(entries, "authenticated", needsCaller);
  checkFunction("owned", load);
  if (typeof belongs !== "function") {
    throw new BuildError("wrong_dependency", "owned() takes a function third that says whether the loaded object is the caller's");
  }
  return dependency(
    guard({
      kind: "owned",
      entries,
      facts: clearChecked("owned", entries, options),
      // The executor gives exactly the record's values.
      run: (values) => load(values as Values<D>),
      settle: (result, values) => {
        const refusal = refusalOf(result, "hidden");
        if (refusal !== undefined) return refusal;
        // What is left of the result is the object; only a literal true lets it through.
        return belongs(result as Given<T>, values as Values<D>) === true ? result : new Refusal("hidden", "not the caller's");
      },
    }),
  );
}
