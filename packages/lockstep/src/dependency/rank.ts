/**
 * When a node runs. A node runs in the earliest phase that its inputs allow; a plain value or resource only when something
 * needs it. This module owns the order of the phases (DESIGN: "One request") and nothing of what happens in them.
 */
import type { GuardKind, Node } from "./node.ts";

/** The phases, in order. Numbers leave room for the order of guards within one. */
export const phase = {
  /** Guards that need no input: who is asking, may they. */
  access: 20,
  /** Path, query, header, cookie. */
  head: 40,
  /** Guards on those: is this object theirs. */
  object: 50,
  /** The body is read and validated. */
  body: 60,
  /** Guards on the body: a signature, an amount. */
  content: 70,
  /** What only the handler needs. */
  handler: 80,
} as const;

const order: Readonly<Record<GuardKind, number>> = { authenticate: 0, authorize: 1, scopes: 1, owned: 2, permitted: 2, unowned: 2 };

const isBody = (node: Node): boolean =>
  node.kind === "input" && (node.input.kind === "body" || node.input.kind === "form" || node.input.kind === "raw-body");

/** The earliest rank of a node, given the greatest rank of what it needs (0 for nothing). */
export function earliestRank(node: Node, below: number): number {
  switch (node.kind) {
    case "scheme":
      return 0;
    case "input":
      return Math.max(below, isBody(node) ? phase.body : phase.head);
    case "value":
    case "resource":
    case "any-of":
    case "optional":
    case "same-site":
      return below;
    case "authenticate":
    case "authorize":
    case "scopes":
    case "owned":
    case "permitted":
    case "unowned": {
      const group = below >= phase.body ? phase.content : below >= phase.head ? phase.object : phase.access;
      return Math.max(below, group + order[node.kind]);
    }
    default:
      return node satisfies never;
  }
}

/** Whether a node waits until something needs it. */
export function isLazy({ kind }: Node): boolean {
  return kind === "value" || kind === "resource" || kind === "any-of" || kind === "optional" || kind === "same-site";
}
