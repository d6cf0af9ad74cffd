/** What the verbs that refuse have in common at run time. Their names, types and meanings stand in their own files. */
import { BuildError } from "../problem/error.ts";
import { type Entry, factsOfEntries, type GuardKind, type GuardNode, type ValueRecord, type Verdicts } from "../dependency/node.ts";
import { isPromise } from "../dependency/promise.ts";
import type { Fact } from "../dependency/fact.ts";
import { Redacted } from "../secret/redacted.ts";
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
  readonly problems?: Readonly<Record<number, string>> | undefined;
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
    problems: parts.problems,
  };
}

/** Reads a verb's result as a refusal, or `undefined` where it is none: nothing, `false` and `deny()` refuse. */
export function refusalOf(result: unknown, kind: RefusalKind): Refusal | undefined {
  if (result instanceof Denial) return new Refusal(kind, result.reason);
  if (result === undefined || result === null || result === false) return new Refusal(kind, "the verb gave nothing");
  return undefined;
}

/**
 * What is no object that a verb may give: a primitive, a method that was not called, a promise that was not awaited, the
 * credential itself. Each of them is "true" in JavaScript by accident.
 */
export type NoObject =
  | boolean
  | string
  | number
  | bigint
  | symbol
  | ((...args: never) => unknown)
  | PromiseLike<unknown>
  | Redacted<unknown>
  | Denial;

/** Gives an object back. @throws BuildError `wrong_result` for a `NoObject` */
export function checkObject(value: unknown, message: string): unknown {
  const isObject = typeof value === "object" && value !== null && !isPromise(value);
  if (isObject && !(value instanceof Redacted) && !(value instanceof Denial)) return value;
  throw new BuildError("wrong_result", message);
}

/** @throws BuildError `wrong_dependency` where what runs is no function */
export function checkFunction(verb: string, run: unknown): void {
  if (typeof run !== "function")
    throw new BuildError("wrong_dependency", `${verb}() takes a function after its dependencies: (values) => object`);
}

/** @throws BuildError `wrong_dependency` where a record lacks a fact that the verb needs */
export function needFact(entries: readonly Entry[], fact: Fact, message: string): Set<Fact> {
  const facts = factsOfEntries(entries);
  if (!facts.has(fact)) throw new BuildError("wrong_dependency", message);
  return facts;
}
