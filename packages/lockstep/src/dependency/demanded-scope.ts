/**
 * Where a scope is demanded: the plan refuses a credential that counts only there, and the document leaves it out.
 */
import type { Entry, Node } from "./node.ts";
import { nodesBelow } from "./graph.ts";

/** Whether a node may refuse because of a scope. `anyScope()` never does. */
export function demandsScopes(node: Node): boolean {
  return node.kind === "scopes" && node.scopes.length > 0;
}

/** Whether a node passes only what a scope is demanded of, further up. */
export function needsDemand(node: Node): boolean {
  return node.kind === "scopes" && node.onlyScoped;
}

/**
 * Whether each request that uses a node has a scope demanded of it: by something that the route needs, or by each of the rules
 * of a `firstOf()`.
 */
export function isScopeDemanded(of: Node, roots: readonly Node[], active: (node: Node) => readonly Entry[]): boolean {
  const known = new Map<Node, boolean>();
  const find = (node: Node): boolean => {
    if (demandsScopes(node) && nodesBelow(node, active).includes(of)) return true;
    const below = active(node).map((entry) => entry.node);
    return node.kind === "first-of" ? below.length > 0 && below.every(demands) : below.some(demands);
  };
  const demands = (node: Node): boolean => {
    const found = known.get(node) ?? find(node);
    known.set(node, found);
    return found;
  };
  return roots.some(demands);
}
