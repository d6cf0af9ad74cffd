/** Rate limits of an API that would count together: a route would be refused because of requests to another. */
import type { Node, RequestCounter } from "../dependency/node.ts";
import { BuildError } from "../problem/error.ts";

/** A route, as far as its counters are compared. */
interface CountedRoute {
  readonly label: string;
  readonly nodes: readonly Node[];
}

/** @throws BuildError `wrong_option` if two rate limits of one store have the same name */
export function checkCounters(routes: readonly CountedRoute[]): void {
  const known = new Map<object, Map<string, { readonly node: Node; readonly label: string }>>();
  for (const { label, nodes } of routes) {
    for (const node of nodes) {
      const counts: RequestCounter | undefined = node.kind === "value" ? node.counts : undefined;
      if (counts === undefined) continue;
      const names = known.get(counts.store) ?? new Map<string, { readonly node: Node; readonly label: string }>();
      known.set(counts.store, names);
      const before = names.get(counts.name) ?? { node, label };
      names.set(counts.name, before);
      if (before.node === node) continue;
      throw new BuildError(
        "wrong_option",
        `${label}: give this rate limit or that of ${before.label} a name of its own, or use one for both: rateLimit({ name: "${counts.name}" }) would count the requests of both together`,
      );
    }
  }
}
