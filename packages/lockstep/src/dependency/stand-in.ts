/** What stands in for a node under an override (`override.ts`), at run time. */
import { type RefusalKind, refusalOfNothing } from "../outcome/refusal.ts";
import type { GuardKind, Node } from "./node.ts";

const refusals: Readonly<Record<GuardKind, RefusalKind>> = {
  authenticate: "invalid",
  authorize: "forbidden",
  scopes: "scope",
  owned: "hidden",
  permitted: "hidden",
  unowned: "hidden",
};

/** What a denial inside a node means: what its verb means by it, and 403 in anything that is no verb. */
export function refusalKind(node: Node): RefusalKind {
  return "settle" in node && node.kind !== "scopes" ? refusals[node.kind] : "forbidden";
}

/** A node whose value is known. It may stand in for a value that lives as long as the app, too. */
export function constant(value: unknown): Node {
  return { kind: "value", deps: [], facts: new Set(), lifetime: "app", run: () => value };
}

/** The value that replaces a node's; `undefined`, `null` and `false` in place of a guard's refuse as the guard would. */
export function settleStandIn(node: Node, result: unknown): unknown {
  return ("settle" in node ? refusalOfNothing(result, refusals[node.kind]) : undefined) ?? result;
}
