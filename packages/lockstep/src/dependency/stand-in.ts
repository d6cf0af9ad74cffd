/** What stands in for a node under an override (`override.ts`), at run time. */
import { refusalOf } from "../access/guard.ts";
import { Identified } from "../access/identified.ts";
import type { RefusalKind } from "../access/refusal.ts";
import type { GuardKind, Node } from "./node.ts";

const refusals: Readonly<Record<GuardKind, RefusalKind>> = {
  authenticate: "invalid",
  authorize: "forbidden",
  scopes: "scope",
  owned: "hidden",
  permitted: "hidden",
  unowned: "hidden",
};

const constants = new WeakSet<Node>();

/** A node whose value is known. It may stand in for what lives as long as the app, too. */
export function constant(value: unknown): Node {
  const node: Node = { kind: "value", deps: [], facts: new Set(), lifetime: "app", run: () => value };
  constants.add(node);
  return node;
}

/** Whether a node is a constant: in a guard's place it may be a denial. */
export function isConstant(node: Node): boolean {
  return constants.has(node);
}

/** The value that stands in for a node's, without its grants; what stands in for a guard may refuse as the guard would. */
export function settleStandIn(node: Node, result: unknown): unknown {
  const refusal = "settle" in node ? refusalOf(result, refusals[node.kind]) : undefined;
  return refusal ?? (result instanceof Identified ? result.principal : result);
}
