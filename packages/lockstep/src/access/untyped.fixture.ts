/** The verbs as JavaScript callers have them: with no types, every rule is met at run time. */
import type { AnyDependency } from "../dependency/dependency.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { owned } from "./owned.ts";
import { permitted } from "./permitted.ts";
import { roles } from "./roles.ts";
import { anyScope, scopes } from "./scopes.ts";
import { stepUp } from "./step-up.ts";
import { unowned } from "./unowned.ts";

type Verb = (...given: readonly unknown[]) => AnyDependency;

/** Each verb with anything as its arguments. */
export const untyped = {
  // The casts drop the types on purpose: that is what these tests are about.
  authenticate: authenticate as unknown as Verb,
  authorize: authorize as unknown as Verb,
  owned: owned as unknown as Verb,
  permitted: permitted as unknown as Verb,
  roles: roles as unknown as (...given: readonly unknown[]) => { require(role: unknown): AnyDependency },
  scopes: scopes as unknown as Verb,
  anyScope: anyScope as unknown as Verb,
  stepUp: stepUp as unknown as Verb,
  unowned: unowned as unknown as Verb,
} as const;

/** The facts of a dependency, sorted. */
export function factsOf(dep: AnyDependency): readonly string[] {
  return [...dep["~dep"].facts].toSorted();
}
