/** Overrides: values and dependencies that replace others, in a test or outside HTTP. */
import { BuildError } from "../problem/error.ts";
import type { Identified } from "../outcome/identified.ts";
import type { AnyDependency, Giving } from "./dependency.ts";
import type { Overrides } from "./graph.ts";
import { isDependency } from "./node.ts";
import { constant } from "./stand-in.ts";

/**
 * The replacement of a dependency: a value or a dependency of its type, or a principal with grants. A dependency that calls
 * `deny()` refuses in its place: `[currentUser, depends({}, () => deny("nobody"))]`.
 */
export type Replacement<D extends AnyDependency> =
  | D["~dep"]["value"]
  | (D["~dep"]["value"] extends object ? Identified<D["~dep"]["value"]> : never)
  // Whatever facts the replacement has: those of the replaced dependency stay.
  | Giving<D["~dep"]["value"]>;

/** One override: the dependency, and what stands in for it. */
export type Override<D extends AnyDependency> = readonly [dependency: D, replacement: Replacement<D>];

/** Overrides, each checked against the dependency it replaces. */
export type OverrideList<A extends readonly AnyDependency[]> = { readonly [I in keyof A]: Override<A[I]> };

/** @throws BuildError `wrong_dependency` if the first of a pair is not a dependency */
export function readOverrides(pairs: readonly (readonly [unknown, unknown])[]): Overrides {
  return new Map(
    pairs.map(([replaced, replacement]) => {
      if (!isDependency(replaced)) {
        throw new BuildError("wrong_dependency", "Pass overrides as pairs: [the dependency, its replacement]");
      }
      return [replaced["~dep"], isDependency(replacement) ? replacement["~dep"] : constant(replacement)];
    }),
  );
}
