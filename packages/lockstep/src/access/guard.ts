/** What the verbs that refuse have in common at run time. Their names, types and meanings stand in their own files. */
import { BuildError } from "../problem/error.ts";
import { type Entry, factsOfEntries, type GuardKind, type GuardNode, type ValueRecord, type Verdicts } from "../dependency/node.ts";
import type { Fact } from "../dependency/fact.ts";
import { Denial } from "./deny.ts";
import { Refusal, type RefusalKind } from "./refusal.ts";

/** What makes a guard different from another. */
export interface GuardParts {
  readonly kind: GuardKind;
  readonly entries: readonly Entry[];
  readonly facts: ReadonlySet<Fact>;
  readonly run: (values: ValueRecord) => unknown;
  readonly settle: (result: unknown, values: ValueRecord, verdicts: Verdicts) => unknown;
  readonly scopes?: readonly string[];
  readonly reason?: string;
}

/** Makes the node of a guard. */
export function guard(parts: GuardParts): GuardNode {
  return {
    kind: parts.kind,
    deps: parts.entries,
    facts: parts.facts,
    lifetime: "request",
    run: parts.run,
    settle: parts.settle,
    scopes: parts.scopes ?? [],
    reason: parts.reason,
  };
}

/** Reads a verb's result as a refusal, or `undefined` where it is none: nothing, `false` and `deny()` refuse. */
export function refusalOf(result: unknown, kind: RefusalKind): Refusal | undefined {
  if (result instanceof Denial) return new Refusal(kind, result.reason);
  if (result === undefined || result === null || result === false) return new Refusal(kind, "the verb gave nothing");
  return undefined;
}

/** @throws BuildError `wrong_dependency` where a record lacks a fact that the verb needs */
export function needFact(entries: readonly Entry[], fact: Fact, message: string): Set<Fact> {
  const facts = factsOfEntries(entries);
  if (!facts.has(fact)) throw new BuildError("wrong_dependency", message);
  return facts;
}
