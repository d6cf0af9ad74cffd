/** `anyOf()`: alternatives, the first whose credential is present decides. */
import { BuildError } from "../problem/error.ts";
import type { Dependency, Deps, NoticesOf, SharedBy, ValueOf } from "./dependency.ts";
import { factsOfAny } from "./fact.ts";
import { dependency, entriesOf } from "./node.ts";

/** Which branch decided, and its value: a discriminated union for the handler. */
export type Alternative<D extends Deps> = D extends Deps
  ? { [K in keyof D]: { readonly via: K; readonly value: ValueOf<D[K]> } }[keyof D]
  : never;

/**
 * Alternatives (OR). The first branch whose credential is **present** decides, explicit credentials (a header) before
 * ambient ones (a cookie) whatever the order; a present but invalid one is 401 and no other branch is tried. If all are
 * absent the answer is 401 with every branch's challenge. It protects only if every branch does.
 *
 * It tells credentials apart by their place in a request. A branch that could never be taken, because an earlier one reads the
 * same place, does not start (`dead_branch`). For several rules over one credential use `firstOf()`.
 *
 * @throws BuildError `wrong_dependency` without branches
 *
 * @example
 * ```ts
 * const caller = anyOf({ user: currentUser, service: apiClient }); // { via: "user", value } | { via: "service", value }
 * ```
 */
export function anyOf<const D extends Deps>(branches: D): Dependency<Alternative<D>, SharedBy<D> | NoticesOf<D>> {
  const entries = entriesOf("anyOf()", branches);
  if (entries.length === 0) throw new BuildError("wrong_dependency", "anyOf(): pass at least one branch");
  return dependency({
    kind: "any-of",
    deps: entries,
    facts: factsOfAny(entries.map((entry) => entry.node.facts)),
    lifetime: "request",
  });
}
