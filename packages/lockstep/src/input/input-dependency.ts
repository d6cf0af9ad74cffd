/** What all inputs share: how one becomes a dependency. */
import type { InputPlace } from "../dependency/input-place.ts";
import type { Dependency } from "../dependency/dependency.ts";
import type { Fact } from "../dependency/fact.ts";
import { dependency, type InputNode } from "../dependency/node.ts";

/** Makes the dependency of an input. The caller answers for its type and for the facts beside its ids. */
export function inputDependency<T, F extends Fact>(
  place: InputPlace,
  facts: readonly Fact[],
  read: InputNode["read"],
): Dependency<T, F> {
  return dependency<T, F>({
    kind: "input",
    input: Object.freeze(place),
    read,
    deps: [],
    facts: new Set<Fact>([...facts, ...place.objectIds.ids.map((id): Fact => `object-id:${id}`)]),
    lifetime: "request",
  });
}
