/**
 * Branches of `anyOf()` that no request can take. Credentials are told apart by their place: two schemes that read the same place
 * are present together or not at all, so the first branch takes every request and the second never runs.
 */
import { BuildError } from "../problem/error.ts";
import { type Graph, nodesBelow } from "./graph.ts";
import type { AnyOfNode, Node, SchemeNode } from "./node.ts";

/** @throws BuildError `dead_branch` */
export function checkBranches(graph: Graph): void {
  const alternatives = graph.roots
    .flatMap((root) => nodesBelow(root.node, (node) => graph.depsOf(node)))
    .filter((node) => node.kind === "any-of");
  if (alternatives.length === 0) return;
  const taken = new Map<AnyOfNode, Set<Node>>(alternatives.map((node) => [node, new Set()]));
  for (const present of presences(graph.schemes)) {
    for (const [node, branches] of taken) for (const branch of graph.active(node, present)) branches.add(branch.node);
  }
  for (const [node, branches] of taken) {
    const dead = node.deps.find((branch) => !branches.has(branch.node));
    if (dead !== undefined) throw deadBranch(node, dead.key);
  }
}

/** Every set of credentials that can come together: for each place all schemes that read it, or none. */
function presences(schemes: readonly SchemeNode[]): ReadonlySet<Node>[] {
  const places = [...Map.groupBy(schemes, ({ scheme }) => scheme.place).values()];
  return Array.from(
    { length: 2 ** places.length },
    (_, bits) => new Set(places.filter((_place, index) => (bits & (1 << index)) !== 0).flat()),
  );
}

function deadBranch(node: AnyOfNode, key: string): BuildError {
  const others = node.deps.filter((branch) => branch.key !== key).map((branch) => `"${branch.key}"`);
  return new BuildError(
    "dead_branch",
    `anyOf(): no request can take the branch "${key}", because ${others.join(" and ")} read the same place of the request: use one verifier for several issuers of a token, firstOf() for several rules over one credential, or give each credential a place of its own`,
  );
}
