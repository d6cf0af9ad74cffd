/** What `owned()`, `permitted()` and `unowned()` have in common: they load an object by ids from the request and check those. */
import { Refusal, refusalOfNothing } from "../outcome/refusal.ts";
import { BuildError } from "../problem/error.ts";
import type { KnownOptions } from "../problem/options.ts";
import type { Deps, FactsOf, NoneOf, OpenIds } from "../dependency/dependency.ts";
import { type Fact, openIds } from "../dependency/fact.ts";
import { type Entry, factsOfEntries } from "../dependency/node.ts";
import { checkReason } from "../dependency/reason.ts";

/** Which ids a verb checks. */
export interface ChecksOption<N extends string> {
  /**
   * The places and names of the ids that this load checks, for example `["path.id"]`; the others stay open. Needed if several are
   * below.
   */
  readonly checks?: readonly [N, ...N[]];
  /** Why the object is checked without the one that stands before it in the path. Documented. */
  readonly apart?: string;
}

/** The names of these options. */
export const checksOptions: KnownOptions<ChecksOption<string>> = { checks: true, apart: true };

/** The members of a union of several; `never` for a single one. */
type Several<T, All = T> = T extends All ? ([All] extends [T] ? never : T) : never;

type NameTheIds<Id extends string> =
  `name the ids that this load checks, for example { checks: ["${Id}"] }: several ids from the request are below`;

function nameTheIds<Id extends string>(id: Id): NameTheIds<Id> {
  return `name the ids that this load checks, for example { checks: ["${id}"] }: several ids from the request are below`;
}

/** Advice if several ids are below and none is named. */
export type NameTheChecked<D extends Deps, C> = [C] extends [never] ? NoneOf<Several<OpenIds<D>>, NameTheIds<OpenIds<D>>> : unknown;

/** The ids that a load checks: those that are named, or all that are below. */
type ClosedIds<D extends Deps, C extends string> = [C] extends [never] ? OpenIds<D> : C;

/** The facts once the checked ids are closed. */
export type Checked<D extends Deps, C extends string> = [D] extends [unknown]
  ? Exclude<FactsOf<D>, `object-id:${ClosedIds<D, C>}`> | `checked:${ClosedIds<D, C>}`
  : never;

/** What an object verb checks, at run time. */
export interface CheckedIds {
  readonly facts: ReadonlySet<Fact>;
  readonly checks: readonly string[];
  readonly apart: string | undefined;
}

/** Closes the ids that a verb checks. @throws BuildError `unchecked_object`, `empty_reason` */
export function closeIds(verb: string, entries: readonly Entry[], options: ChecksOption<string>): CheckedIds {
  const facts = factsOfEntries(entries);
  const ids = openIds(facts);
  const checks = options.checks ?? ids;
  if (options.checks === undefined && ids.length > 1) {
    throw new BuildError("unchecked_object", `${verb}(): ${nameTheIds(ids.join('", "'))}`);
  }
  for (const name of checks) {
    if (!ids.includes(name))
      throw new BuildError(
        "unchecked_object",
        `${verb}(): correct or remove "${name}" in checks: ${ids.length === 0 ? "no id below is open" : `the open ids below are ${ids.join(", ")}`}`,
      );
    facts.delete(`object-id:${name}`);
    facts.add(`checked:${name}`);
  }
  const apart = options.apart === undefined ? undefined : checkReason(`${verb}({ apart })`, options.apart);
  return { facts, checks, apart };
}

/** The refusal of a load that found nothing, or that returned an error instead of throwing it. */
export function refusalOfLoad(loaded: unknown): Refusal | undefined {
  if (loaded instanceof Error) return new Refusal("hidden", `the load returned an error (${loaded.name})`);
  return refusalOfNothing(loaded, "hidden");
}
