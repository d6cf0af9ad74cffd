/** `optional()`: a dependency whose credential may be absent. */
import type { AnyDependency, Dependency, ValueOf } from "./dependency.ts";
import { factsOfOptional, type Notice } from "./fact.ts";
import { dependency, entriesOf, type Node } from "./node.ts";

const nodes = new WeakMap<Node, Node>();

/**
 * The value, or `undefined` if the credential is **absent**; an invalid one is still 401. It counts as no protection at
 * all. Called again with the same dependency, it returns the same node.
 *
 * @throws BuildError `wrong_dependency`
 */
export function optional<D extends AnyDependency>(dep: D): Dependency<ValueOf<D> | undefined, Extract<D["~dep"]["known"], Notice>> {
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
