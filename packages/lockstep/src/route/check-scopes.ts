/** Whether a route that changes something asks for a scope, at start-up. */
import { declaredScopes } from "../dependency/fact.ts";
import { nodesBelow } from "../dependency/graph.ts";
import type { Node } from "../dependency/node.ts";
import type { Checked, Fail } from "./check.ts";

/**
 * Every credential of a route that may be limited to scopes is asked for one, by `scopes()` or `anyScope()` above its `authenticate()`. The compiler
 * takes a scope that is asked of one credential for all; here each answers for itself.
 */
export function checkScopesAsked({ route, nodes }: Checked, fail: Fail): void {
  if (route.method === "GET") return;
  const below = (node: Node): readonly Node[] => nodesBelow(node, (each) => each.deps);
  const asked = new Set(nodes.filter((node) => node.kind === "scopes").flatMap(below));
  // One `authenticate()` on top of others stands for them.
  const authenticating = nodes.filter((node) => node.kind === "authenticate");
  const covered = new Set(authenticating.flatMap((node) => below(node).filter((each) => each !== node)));
  const unasked = authenticating.filter((node) => !asked.has(node) && declaredScopes(node.facts).length > 0 && !covered.has(node));
  const [first] = unasked;
  if (first === undefined) return;
  const schemes = below(first).flatMap((node) => (node.kind === "scheme" ? [node.scheme.name] : []));
  fail(
    "scopes_unasked",
    `ask for a scope with scopes(user, "…"), or say anyScope(user, "reason"): this route changes something, and its credential (${schemes.join(", ")}) may be limited to scopes`,
  );
}
