/** The common parts of the verbs that refuse, at run time. Their names, types and meanings are in their own files. */
import type { DeclaredProblems } from "../problem/declared-problems.ts";
import { BuildError } from "../problem/error.ts";
import type { Dependency } from "../dependency/dependency.ts";
import {
  type Callers,
  dependency,
  entriesOf,
  type Entry,
  factsOfEntries,
  type GuardKind,
  type GuardNode,
  type Node,
  type ValueRecord,
} from "../dependency/node.ts";
import type { Fact } from "../dependency/fact.ts";
import type { StepUpNeed } from "../outcome/step-up.ts";
import type { Step } from "../dependency/plan.ts";

/** What makes a guard different from another. */
export interface GuardParts {
  readonly kind: GuardKind;
  readonly entries: readonly Entry[];
  readonly facts: ReadonlySet<Fact>;
  readonly run: (values: ValueRecord) => unknown;
  readonly settle: (result: unknown, values: ValueRecord, callers: Callers, step: Step) => unknown;
  readonly scopes?: readonly string[];
  readonly stepUp?: StepUpNeed;
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
    stepUp: parts.stepUp,
    checks: parts.checks ?? [],
    apart: parts.apart,
    owner: parts.owner,
    reason: parts.reason,
    onlyScoped: parts.onlyScoped ?? false,
    problems: parts.problems,
  };
}

/** The one entry of a verb that takes a dependency and not a record. @throws BuildError `wrong_dependency` */
export function entryOf(where: string, dep: unknown): Entry {
  const [entry] = entriesOf(where, { value: dep });
  if (entry === undefined) throw new TypeError("A record of one has one entry");
  return entry;
}

/** Makes one dependency for each key over a node, so the same arguments have the same dependency. */
export type OncePerNode = <T, F extends Fact>(node: Node, key: string, make: () => Node) => Dependency<T, F>;

/** The dependencies of one verb. */
export function oncePerNode(): OncePerNode {
  const made = new WeakMap<Node, Map<string, Node>>();
  return (node, key, make) => {
    const known = made.get(node) ?? new Map<string, Node>();
    made.set(node, known);
    const found = known.get(key) ?? make();
    known.set(key, found);
    return dependency(found);
  };
}

const guardKinds: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>([
  "authenticate",
  "authorize",
  "scopes",
  "step-up",
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
