/**
 * One run of a plan: the values of one request. A fully synchronous graph makes no promise at all; independent
 * asynchronous nodes of one phase run side by side. This module owns the order of running and closing; what a failure
 * means for the client is the route's.
 */
import { Refusal } from "../access/refusal.ts";
import { Identified, type Grants } from "../access/identified.ts";
import { refusalOf } from "../access/guard.ts";
import { InputFailure, type InputIssue } from "../input/input.ts";
import { BuildError } from "../problem/error.ts";
import { type AppValues, isPromise } from "./app-values.ts";
import type { Node, ValueRecord, Verdicts } from "./node.ts";
import { openResource, type OpenResource } from "./open-resource.ts";
import type { Step, Variant } from "./plan.ts";
import { phase } from "./rank.ts";
import type { Source } from "./source.ts";

/** Why a run ended early. */
export type Failed =
  | { readonly kind: "refused"; readonly refusal: Refusal; readonly step: Step }
  | { readonly kind: "invalid"; readonly issues: readonly InputIssue[] }
  | { readonly kind: "threw"; readonly error: unknown; readonly step: Step | undefined };

/** Where a value is not there yet, or never will be. */
const pending = Symbol("pending");
const unavailable = Symbol("unavailable");

const noValues: ValueRecord = Object.freeze({});

/** One run of one variant. */
export class Execution implements Verdicts {
  readonly variant: Variant;
  /** The values by slot; the first ones are the credentials, put there before the run. */
  readonly slots: unknown[];
  readonly #source: Source | undefined;
  readonly #app: AppValues;
  #next = 0;
  #group = 0;
  #step: Step | undefined;
  #grants: (Grants | undefined)[] | undefined;
  #open: OpenResource[] | undefined;
  #issues: InputIssue[] | undefined;
  #guardBlocked = false;

  constructor(variant: Variant, credentials: unknown[], source: Source | undefined, app: AppValues) {
    this.variant = variant;
    this.slots = credentials;
    this.#source = source;
    this.#app = app;
  }

  /** Runs the steps that rank below `before`. Gives nothing when all went well; may be called again for what follows. */
  advance(before: number): Failed | undefined | Promise<Failed | undefined> {
    const { steps, ends } = this.variant;
    for (let group = ends[this.#group]; group !== undefined && group.rank < before; group = ends[this.#group]) {
      const stop = this.#stopAt(group.rank);
      if (stop !== undefined) return stop;
      while (this.#next < group.end) {
        const step = steps[this.#next];
        if (step === undefined) break;
        this.#next += 1;
        const failed = this.#start(step);
        if (failed === undefined) continue;
        if (failed instanceof Promise) return new Concurrent(this, group.end, before).run(step, failed);
        return failed;
      }
      this.#group += 1;
    }
    return this.#stopAt(before);
  }

  /** The handler's values. */
  values(): ValueRecord {
    return this.#record(this.variant.keys, this.variant.sources);
  }

  /** What the credentials of this run brought, for the audit log. */
  grants(): readonly Grants[] {
    return this.#grants?.filter((grants) => grants !== undefined) ?? [];
  }

  /** Closes what is open, the last opened first; a failure is thrown in. Gives the first error of closing. */
  close(failure?: { readonly error: unknown }): { readonly error: unknown } | undefined | Promise<{ readonly error: unknown } | undefined> {
    let thrown = failure;
    let first: { readonly error: unknown } | undefined;
    for (let open = this.#open?.pop(); open !== undefined; open = this.#open?.pop()) {
      try {
        const closing = open.close(thrown);
        if (closing !== undefined) return this.#closeLater(closing, thrown, first);
      } catch (error) {
        thrown = { error };
        first ??= thrown;
      }
    }
    return first;
  }

  grant(grants: Grants): void {
    this.#grants ??= [];
    this.#grants[this.#step?.slot ?? 0] = grants;
  }

  get granted(): readonly (Grants | undefined)[] {
    return this.#step?.authenticators.map((slot) => this.#grants?.[slot]) ?? [];
  }

  /** Whether everything that a step needs is there; marks the step where something never will be. */
  isReady(step: Step): boolean {
    return step.sources.every((source) => this.slots[source] !== pending);
  }

  /** The next step of a group that runs side by side. */
  takeUntil(end: number): Step | undefined {
    if (this.#next >= end) return undefined;
    const step = this.variant.steps[this.#next];
    this.#next += 1;
    return step;
  }

  endGroup(): void {
    this.#group += 1;
  }

  /** Starts a step: nothing once its value stands in its slot, a failure, or a promise of either. */
  start(step: Step): Failed | undefined | Promise<Failed | undefined> {
    return this.#start(step);
  }

  #start(step: Step): Failed | undefined | Promise<Failed | undefined> {
    if (this.#issues !== undefined && step.sources.some((source) => this.slots[source] === unavailable)) return this.#block(step);
    try {
      const values = this.#record(step.keys, step.sources);
      const result = this.#run(step, values);
      if (!isPromise(result)) return this.#settle(step, result, values);
      this.slots[step.slot] = pending;
      return this.#later(step, result, values);
    } catch (error) {
      return { kind: "threw", error, step };
    }
  }

  async #later(step: Step, result: PromiseLike<unknown>, values: ValueRecord): Promise<Failed | undefined> {
    try {
      return this.#settle(step, await result, values);
    } catch (error) {
      return { kind: "threw", error, step };
    }
  }

  #run(step: Step, values: ValueRecord): unknown {
    const { node } = step;
    if (step.overridden) return values["override"];
    if (node.lifetime === "app") return this.#app.get(node);
    switch (node.kind) {
      case "input":
        if (this.#source === undefined) throw outside(node);
        return node.read(this.#source, values);
      case "resource": {
        const open = openResource(node.open(values));
        (this.#open ??= []).push(open);
        return open.value;
      }
      case "any-of":
        return { via: step.keys[0], value: this.slots[step.sources[0] ?? 0] };
      case "optional":
        return step.sources.length === 0 ? undefined : this.slots[step.sources[0] ?? 0];
      case "scheme":
        throw outside(node);
      default:
        return node.run(values);
    }
  }

  #settle(step: Step, result: unknown, values: ValueRecord): Failed | undefined {
    const { node } = step;
    let value = result;
    this.#step = step;
    if (step.overridden) value = this.#settleOverride(step, result);
    else if ("settle" in node) value = node.settle(result, values, this);
    if (value instanceof Refusal) return { kind: "refused", refusal: value, step };
    if (value instanceof InputFailure) {
      (this.#issues ??= []).push(...value.issues);
      value = unavailable;
    }
    this.slots[step.slot] = value;
    return undefined;
  }

  /** What stands in for a guard may refuse as the guard would, and brings the grants it has. */
  #settleOverride(step: Step, result: unknown): unknown {
    const { node } = step;
    if (!("settle" in node)) return result;
    const grants = result instanceof Identified ? result.grants : this.#grants?.[step.sources[0] ?? 0];
    if (node.kind === "authenticate" && grants !== undefined) this.grant(grants);
    const kinds = { authenticate: "invalid", authorize: "forbidden", scopes: "scope", owned: "hidden", permitted: "hidden", unowned: "hidden" } as const;
    return refusalOf(result, kinds[node.kind]) ?? (result instanceof Identified ? result.principal : result);
  }

  #block(step: Step): undefined {
    this.slots[step.slot] = unavailable;
    if ("settle" in step.node) this.#guardBlocked = true;
    return undefined;
  }

  /** Invalid inputs end the run, but not before every guard that can still run has: an error never passes a guard. */
  #stopAt(rank: number): Failed | undefined {
    if (this.#issues === undefined) return undefined;
    const isOver = rank > phase.body || (this.#guardBlocked && rank >= phase.body);
    return isOver ? { kind: "invalid", issues: this.#issues } : undefined;
  }

  #record(keys: readonly string[], sources: readonly number[]): ValueRecord {
    if (keys.length === 0) return noValues;
    const record: Record<string, unknown> = {};
    for (let index = 0; index < keys.length; index += 1) {
      record[keys[index] ?? ""] = this.slots[sources[index] ?? 0];
    }
    return record;
  }

  async #closeLater(
    closing: Promise<void>,
    failure: { readonly error: unknown } | undefined,
    before: { readonly error: unknown } | undefined,
  ): Promise<{ readonly error: unknown } | undefined> {
    let thrown = failure;
    let first = before;
    try {
      await closing;
    } catch (error) {
      thrown = { error };
      first ??= thrown;
    }
    const rest = await this.close(thrown);
    return first ?? rest;
  }
}

function outside(node: Node): BuildError {
  const what = node.kind === "input" ? `The input ${node.input.kind}("${node.input.name}")` : "A security scheme";
  return new BuildError("wrong_dependency", `${what} has no value outside a request: give one with run(dependency, { with: [[it, value]] })`);
}

/** A group of steps some of which are asynchronous: each starts as soon as what it needs is there. */
class Concurrent {
  readonly #execution: Execution;
  readonly #end: number;
  readonly #before: number;
  readonly #waiting: Step[] = [];
  #running = 0;
  #failed: { readonly failed: Failed; readonly at: number } | undefined;
  #resolve: (failed: Failed | undefined | Promise<Failed | undefined>) => void = () => {};

  constructor(execution: Execution, end: number, before: number) {
    this.#execution = execution;
    this.#end = end;
    this.#before = before;
  }

  /** Goes on from a step that has just started. */
  run(first: Step, started: Promise<Failed | undefined>): Promise<Failed | undefined> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#track(first, started);
      this.#proceed();
    });
  }

  #track(step: Step, started: Promise<Failed | undefined>): void {
    this.#running += 1;
    // `start` turns every error into a result: this promise never rejects.
    void started.then((failed) => {
      this.#running -= 1;
      this.#fail(step, failed);
      this.#proceed();
    });
  }

  /** Of several failures the one of the earliest step decides, so that the answer does not depend on timing. */
  #fail(step: Step, failed: Failed | undefined): void {
    if (failed !== undefined && (this.#failed === undefined || step.slot < this.#failed.at)) {
      this.#failed = { failed, at: step.slot };
    }
  }

  #proceed(): void {
    if (this.#failed === undefined) this.#startReady();
    if (this.#running > 0) return;
    if (this.#failed !== undefined) return this.#resolve(this.#failed.failed);
    this.#execution.endGroup();
    this.#resolve(this.#execution.advance(this.#before));
  }

  #startReady(): void {
    for (const step of this.#waiting.splice(0)) this.#startOrWait(step);
    for (let step = this.#execution.takeUntil(this.#end); step !== undefined; step = this.#execution.takeUntil(this.#end)) {
      this.#startOrWait(step);
    }
  }

  #startOrWait(step: Step): void {
    if (this.#failed !== undefined || !this.#execution.isReady(step)) {
      this.#execution.slots[step.slot] = pending;
      this.#waiting.push(step);
      return;
    }
    const started = this.#execution.start(step);
    if (started instanceof Promise) this.#track(step, started);
    else this.#fail(step, started);
  }
}
