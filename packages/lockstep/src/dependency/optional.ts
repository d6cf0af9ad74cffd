/** `optional()`: a dependency whose credential may be absent. */
import type { Dependency } from "./dependency.ts";
import { type Fact, type Protection, factsOfOptional } from "./fact.ts";
import { dependency, entriesOf, type Node } from "./node.ts";

const nodes = new WeakMap<Node, Node>();

/**
 * The value, or `undefined` where the credential is **absent**; an invalid one is still 401. It counts as no protection at
 * all. The same dependency gives the same optional one.
 *
 * @throws BuildError `wrong_dependency`
 */
export function optional<T, F extends Fact>(dep: Dependency<T, F>): Dependency<T | undefined, Exclude<F, Protection>> {
  const entries = entriesOf("optional()", { value: dep });
  const inner = dep["~dep"];
  const node = nodes.get(inner) ?? {
    kind: "optional",
    deps: entries,
    facts: factsOfOptional(inner.facts),
    lifetime: "request",
  };
  nodes.set(inner, node);
  return dependency(node);
}
