/** What `owned()`, `permitted()` and `unowned()` have in common: they load an object by ids from the request and check those. */
import { BuildError } from "../problem/error.ts";
import type { Advice, Deps, FactsOf, NoticesOf } from "../dependency/dependency.ts";
import { type Fact, uncheckedIds } from "../dependency/fact.ts";
import { type Entry, factsOfEntries } from "../dependency/node.ts";

/** The names of the unchecked ids below a record. */
export type UncheckedIds<D extends Deps> = NoticesOf<D> extends infer F ? (F extends `object-id:${infer N}` ? N : never) : never;

/** Which ids a verb checks, where several are below it. */
export interface ChecksOption<N extends string> {
  /** The names of the ids that this load checks; the others stay unchecked. Needed where several are below. */
  readonly checks?: readonly [N, ...N[]];
}

type IsUnion<T, U = T> = [T] extends [never] ? false : T extends U ? ([U] extends [T] ? false : true) : never;

/** Advice where several ids are below and none is named. */
export type NameTheChecked<D extends Deps, C extends string> = [C] extends [never]
  ? IsUnion<UncheckedIds<D>> extends true
    ? Advice<'Several ids from the request are below: name those this load checks, for example { checks: ["team", "id"] }'>
    : unknown
  : unknown;

/** The facts after the checked ids are cleared. */
export type Checked<D extends Deps, C extends string> = Exclude<
  FactsOf<D>,
  `object-id:${[C] extends [never] ? UncheckedIds<D> : C}`
>;

/** The same at run time. @throws BuildError `unchecked_object` */
export function clearChecked(verb: string, entries: readonly Entry[], options: ChecksOption<string>): Set<Fact> {
  const facts = factsOfEntries(entries);
  const ids = uncheckedIds(facts);
  const checks = options.checks ?? ids;
  if (options.checks === undefined && ids.length > 1) {
    throw new BuildError(
      "unchecked_object",
      `${verb}(): several ids are below (${ids.join(", ")}): name those it checks with { checks: [...] }`,
    );
  }
  for (const name of checks) {
    if (!ids.includes(name)) throw new BuildError("unchecked_object", `${verb}(): there is no unchecked id "${name}" below it`);
    facts.delete(`object-id:${name}`);
  }
  return facts;
}
