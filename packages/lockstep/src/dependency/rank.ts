/**
 * When a node runs: in the earliest phase that its inputs allow. A plain value or resource runs only when another node needs it.
 * The guards of the whole API and of groups run before everything that the route itself declares. This module owns only the
 * order of the phases.
 */
import { isBody, isMessages, isSent } from "./input-place.ts";
import type { Gate, GuardKind, Node, ValueNode } from "./node.ts";

/**
 * The phases of what the route itself declares, in order. Numbers leave room for the order of nodes within one, and
 * below the first one for the gates of 100,000 groups inside each other.
 */
export const phase = {
  /** Limits that count before anyone is authenticated. */
  limit: 999_999,
  /** Plain values that verify a credential. */
  credential: 1_000_000,
  /** Guards that need no input: who is asking, and may they. */
  access: 1_000_002,
  /** Path, query, header, cookie. */
  head: 1_000_020,
  /** Guards on these inputs: does the object belong to the caller. */
  object: 1_000_030,
  /** The body is read and validated. */
  body: 1_000_040,
  /** Guards on the body: a signature, an amount. */
  content: 1_000_050,
  /** Values that only the handler needs. */
  handler: 1_000_060,
} as const;

const gateSize = 10;

/** The first rank of a gate: of its guards, with the inputs of the head that they read. */
const gateStart = (gate: Gate): number => gate * gateSize;

const order: Readonly<Record<GuardKind, number>> = {
  authenticate: 0,
  authorize: 1,
  scopes: 1,
  "step-up": 1,
  owned: 2,
  permitted: 2,
  unowned: 2,
};

// Within a gate: limits, inputs of the head and credentials, then guards in their order, then everything else.
const gateInput = 1;
const gateGuard = 2;
const gateValue = 6;

/**
 * Returns the earliest rank of a node, from the highest rank of its dependencies (0 without any) and the gate that it belongs to.
 */
export function earliestRank(node: Node, below: number, gate?: Gate): number {
  switch (node.kind) {
    case "scheme":
      return 0;
    case "input":
      if (isBody(node.input) || isMessages(node.input)) return Math.max(below, phase.body);
      return Math.max(below, !isSent(node.input) ? 0 : gate === undefined ? phase.head : gateStart(gate) + gateInput);
    case "value":
      return Math.max(below, valueRank(node, gate));
    case "resource":
    case "any-of":
    case "first-of":
    case "optional":
    case "granted-scopes":
    case "same-site":
      return below;
    case "authenticate":
    case "authorize":
    case "scopes":
    case "step-up":
    case "owned":
    case "permitted":
    case "unowned":
      return Math.max(below, guardPhase(below, gate) + order[node.kind]);
    default:
      return node satisfies never;
  }
}

function valueRank({ verifies, counts }: ValueNode, gate: Gate | undefined): number {
  if (verifies === true) return gate === undefined ? phase.credential : gateStart(gate) + gateInput;
  if (counts === undefined) return 0;
  if (counts.after === "nothing") return gate === undefined ? phase.limit : gateStart(gate);
  // Behind `authenticate()`, beside the other guards that need no input.
  return (gate === undefined ? phase.access : gateStart(gate) + gateGuard) + order.authorize;
}

function guardPhase(below: number, gate: Gate | undefined): number {
  if (below >= phase.body) return phase.content;
  if (gate !== undefined) return gateStart(gate) + gateGuard;
  return below >= phase.head ? phase.object : phase.access;
}

/** Returns the first rank behind a gate. */
export function behindGate(gate: Gate): number {
  return gateStart(gate + 1);
}

/** Returns the rank of a node that is declared in a gate and is not a guard: behind the gate's guards, before the route. */
export function gateRank(earliest: number, gate: Gate): number {
  return Math.max(earliest, gateStart(gate) + gateValue);
}

const lazy: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>(["resource", "any-of", "optional", "granted-scopes", "same-site"]);

/** Tells whether a node waits until another needs it. */
export function isLazy(node: Node): boolean {
  const { kind } = node;
  if (kind === "value") return node.verifies !== true && node.counts === undefined;
  return lazy.has(kind);
}
