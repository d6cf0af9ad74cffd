/** The values that stand in for nodes (`override.ts`), at run time. */
import { type RefusalKind, refusalOfNothing } from "../outcome/refusal.ts";
import type { GuardKind, Node } from "./node.ts";

const refusals: Readonly<Record<GuardKind, RefusalKind>> = {
  authenticate: "invalid",
  authorize: "forbidden",
  scopes: "scope",
  "step-up": "step-up",
  owned: "hidden",
  permitted: "hidden",
  unowned: "hidden",
};

/**
 * Returns the kind of refusal that a denial inside a node means: that of its verb, and `forbidden` (403) if the node is not a
 * verb.
 */
export function refusalKind(node: Node): RefusalKind {
  return "settle" in node && node.kind !== "scopes" ? refusals[node.kind] : "forbidden";
}

/** Makes a node with a fixed value. It can stand in for a value of a request or of the app. */
export function constant(value: unknown): Node {
  return { kind: "value", deps: [], facts: new Set(), lifetime: "app", run: () => value };
}

/**
 * Returns the value that replaces a node's. In place of a guard's value, `undefined`, `null` and `false` refuse as the guard
 * would.
 */
export function settleStandIn(node: Node, result: unknown): unknown {
  return ("settle" in node ? refusalOfNothing(result, refusals[node.kind]) : undefined) ?? result;
}
