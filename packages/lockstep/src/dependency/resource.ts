/** `resource()`: a value that is opened and closed around the request, a transaction for example. */
import { BuildError } from "../problem/error.ts";
import type { Dependency, Deps, FactsOf, Values } from "./dependency.ts";
import { type DependsOptions, lifetimeOf } from "./depends.ts";
import { dependency, entriesOf, factsOfEntries } from "./node.ts";

/**
 * A value with an end. The function yields once: the code before `yield` opens it, the code after `yield` closes it. It closes
 * **before the response is sent**, in reverse order, and a refusal or error of the request is thrown in at `yield`, so
 * nothing commits that the client is told failed. A streaming response closes it after its last byte.
 *
 * It may translate an error that nothing expected: if it throws a problem (or `deny()`, or `Unavailable`) in `catch`, that is the
 * answer. A problem below 500 makes the error an expected one, and `onError` is not called. A refusal or a problem that is thrown
 * in stays the answer, whatever the resource throws.
 *
 * @throws BuildError `wrong_option`, `wrong_dependency`, `wrong_lifetime`
 *
 * @example
 * ```ts
 * const db = resource({}, async function* () {
 *   const transaction = await pool.begin();
 *   try {
 *     yield transaction;
 *     await transaction.commit();
 *   } catch (error) {
 *     await transaction.rollback();
 *     throw error;
 *   }
 * });
 * ```
 */
export function resource<const D extends Deps, T>(
  deps: D,
  open: (values: Values<D>) => AsyncGenerator<T, void, void> | Generator<T, void, void>,
  options: DependsOptions = {},
): Dependency<T, FactsOf<D>> {
  const entries = entriesOf("resource()", deps);
  if (typeof open !== "function") {
    throw new BuildError(
      "wrong_dependency",
      "resource(): pass a generator function after the dependencies: async function* () { yield value; }",
    );
  }
  return dependency({
    kind: "resource",
    deps: entries,
    facts: factsOfEntries(entries),
    lifetime: lifetimeOf("resource", entries, options),
    problems: options.problems,
    // The values are exactly the record's.
    open: (values) => open(values as Values<D>),
  });
}
