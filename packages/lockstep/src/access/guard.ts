/** The common parts of the verbs that refuse, at run time. Their names, types and meanings are in their own files. */
import type { DeclaredProblems } from "../problem/declared-problems.ts";
import { BuildError } from "../problem/error.ts";
import {
  type Callers,
  type Entry,
  factsOfEntries,
  type GuardKind,
  type GuardNode,
  type Node,
  type ValueRecord,
} from "../dependency/node.ts";
import type { Fact } from "../dependency/fact.ts";
import type { Step } from "../dependency/plan.ts";

/** What makes a guard different from another. */
export interface GuardParts {
  readonly kind: GuardKind;
  readonly entries: readonly Entry[];
  readonly facts: ReadonlySet<Fact>;
  readonly run: (values: ValueRecord) => unknown;
  readonly settle: (result: unknown, values: ValueRecord, callers: Callers, step: Step) => unknown;
  readonly scopes?: readonly string[];
  readonly checks?: readonly string[];
  readonly apart?: string | undefined;
  readonly owner?: string | undefined;
  readonly reason?: string;
  readonly onlyScoped?: true;
  readonly problems?: DeclaredProblems | undefined;
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
    checks: parts.checks ?? [],
    apart: parts.apart,
    owner: parts.owner,
    reason: parts.reason,
    onlyScoped: parts.onlyScoped ?? false,
    problems: parts.problems,
  };
}

const guardKinds: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>([
  "authenticate",
  "authorize",
  "scopes",
  "owned",
  "permitted",
  "any-of",
  "first-of",
]);

/** Whether a dependency's value was let through by a guard that knows who is asking. A plain value over one was not. */
export function isGuarded(node: Node): boolean {
  return guardKinds.has(node.kind) && node.facts.has("authenticated");
}

/** @throws BuildError `wrong_dependency` if the function is missing */
export function checkFunction(verb: string, run: unknown): void {
  if (typeof run !== "function")
    throw new BuildError("wrong_dependency", `${verb}(): pass a function after the dependencies: (values) => object`);
}

/** @throws BuildError `wrong_dependency` if a record lacks a fact that the verb needs */
export function needFact(entries: readonly Entry[], fact: Fact, message: string): Set<Fact> {
  const facts = factsOfEntries(entries);
  if (!facts.has(fact)) throw new BuildError("wrong_dependency", message);
  return facts;
}
