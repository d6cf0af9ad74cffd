/**
 * One run of a plan: the values of one request. A fully synchronous graph makes no promise at all. This module runs the steps in
 * order and decides when invalid inputs end a run. `concurrent.ts` runs steps side by side, and `resource-stack.ts` closes
 * resources. The route decides what a failure means for the client.
 */
import { InputFailure, type InputIssue } from "../outcome/input-failure.ts";
import { Denial } from "../outcome/deny.ts";
import { Refusal } from "../outcome/refusal.ts";
import { actorOf, Identified, type Grants, kindOf } from "../outcome/identified.ts";
import { type Id, idOf } from "../outcome/principal.ts";
import { BuildError } from "../problem/error.ts";
import type { AppValues } from "./app-values.ts";
import { isPromise } from "../promise.ts";
import { Concurrent } from "./concurrent.ts";
import type { Callers, Granted, ValueRecord } from "./node.ts";
import type { Step, Variant } from "./plan.ts";
import { outside } from "./outside.ts";
import { Rules } from "./rules.ts";
import { behindGate, phase } from "./rank.ts";
import { type ClosingError, ResourceStack, type Thrown } from "./resource-stack.ts";
import type { Source } from "./source.ts";
import { scopesGranted } from "./authenticator.ts";
import { refusalKind, settleStandIn } from "./stand-in.ts";

/** Why a run ended early. */
export type Failed =
  | { readonly kind: "refused"; readonly refusal: Refusal; readonly step: Step }
  | { readonly kind: "invalid"; readonly issues: readonly InputIssue[] }
  | { readonly kind: "threw"; readonly error: unknown; readonly step: Step | undefined };

// Marks a slot whose value is not there yet, or never will be.
const pending = Symbol("pending");
const unavailable = Symbol("unavailable");

const severalPrincipals = 'owned(): say whose object it is, { owner: "user" }: several principals are below';

const noValues: ValueRecord = Object.freeze({});

/** One run of one variant. */
export class Execution implements Callers {
  readonly variant: Variant;
  /** The values by slot. The first ones are the credentials, which are there before the run. */
  readonly slots: unknown[];
  readonly #source: Source | undefined;
  readonly #app: AppValues;
  readonly #earlier: Execution | undefined;
  #next = 0;
  #group = 0;
  #grants: (Grants | undefined)[] | undefined;
  #ids: (Id | undefined)[] | undefined;
  #rules: Rules | undefined;
  #resources: ResourceStack | undefined;
  /** By slot, so the answer lists them in the order of the steps, whatever the timing. */
  #issues: (readonly InputIssue[])[] | undefined;
  /** The rank from which invalid inputs end the run. */
  #invalidEnd: number = phase.handler;

  /** `earlier` is the run of the same variant whose guards run again. */
  constructor(variant: Variant, credentials: unknown[], source: Source | undefined, app: AppValues, earlier?: Execution) {
    this.#earlier = earlier;
    this.variant = variant;
    this.slots = credentials;
    this.#source = source;
    this.#app = app;
  }

  /** Tells whether a step that ranks below `before` is left. */
  hasStepsBefore(before: number): boolean {
    return (this.variant.ends[this.#group]?.rank ?? Infinity) < before;
  }

  /** Runs the steps that rank below `before`. Returns `undefined` if none fails. Call it again with a higher rank to go on. */
  advance(before: number): Failed | undefined | Promise<Failed | undefined> {
    const { steps, ends } = this.variant;
    for (let group = ends[this.#group]; group !== undefined && group.rank < before; group = ends[this.#group]) {
      const stop = this.#stopAt(group.rank);
      if (stop !== undefined) return stop;
      while (this.#next < group.end) {
        const step = steps[this.#next];
        if (step === undefined) break;
        this.#next += 1;
        const failed = this.start(step);
        if (failed === undefined) continue;
        if (failed instanceof Promise) return new Concurrent(this, group.end, before).run(step, failed);
        return failed;
      }
      this.#group += 1;
    }
    return this.#stopAt(before);
  }

  /** Returns the values that the handler gets. */
  values(): ValueRecord {
    return this.#record(this.variant.keys, this.variant.sources);
  }

  /** Returns the ids of the principals that were verified so far, for the audit log. */
  subjects(): readonly string[] {
    return [...new Set(this.#ids?.filter((id) => id !== undefined).map(String))];
  }

  /** Returns the kind of the first principal that was verified, if it is known. */
  subjectKind(): string | undefined {
    const slot = this.#ids?.findIndex((id) => id !== undefined) ?? -1;
    return slot === -1 ? undefined : kindOf(this.slots[slot], this.#grants?.[slot]);
  }

  /** Returns who acts as a principal that was verified, if its credential says that somebody does. */
  actor(): string | undefined {
    return this.#grants?.map(actorOf).find((actor) => actor !== undefined);
  }

  /** Tells whether a step has run and has a value. */
  hasValue({ slot }: Step): boolean {
    const value = this.slots[slot];
    return value !== undefined && value !== pending && value !== unavailable;
  }

  /** Closes the open resources, the last opened first, and throws the failure into each. Returns the errors of closing. */
  close(failure?: Thrown): ClosingError | undefined | Promise<ClosingError | undefined> {
    this.#source?.end();
    return this.#resources?.close(failure);
  }

  ownerId(step: Step): Id | BuildError {
    const named = "owner" in step.node ? step.node.owner : undefined;
    const slots = named === undefined ? step.owners : [step.sources[step.keys.indexOf(named)] ?? 0];
    const [slot, ...others] = slots;
    if (others.length > 0) return new BuildError("wrong_result", severalPrincipals);
    const value = slot === undefined ? undefined : this.slots[slot];
    const own = typeof value === "object" && value !== null ? idOf(value) : undefined;
    return own ?? this.#ids?.[slot ?? 0] ?? new BuildError("wrong_result", noId(named));
  }

  now(): number {
    return this.#app.clock();
  }

  granted(step: Step): readonly Granted[] {
    const all: Granted[] = [];
    for (const { slot, scopes, restsOnOthers } of step.authenticators) {
      const grants = this.#grants?.[slot];
      if (grants !== undefined || !restsOnOthers) all.push({ grants, scopes });
    }
    return all;
  }

  /** Tells whether a step can start: each value that it needs is there, or never will be. */
  isReady(step: Step): boolean {
    return step.sources.every((source) => this.slots[source] !== pending);
  }

  /** Marks a step that waits. The steps that need it wait, too. */
  hold(step: Step): void {
    this.slots[step.slot] = pending;
  }

  /** Takes the next step of a group that runs side by side, if there is one. */
  takeUntil(end: number): Step | undefined {
    if (this.#next >= end) return undefined;
    const step = this.variant.steps[this.#next];
    this.#next += 1;
    return step;
  }

  /** Moves on to the next group. */
  endGroup(): void {
    this.#group += 1;
  }

  /** Starts a step. Returns `undefined` once its value is in its slot, or a failure, or a promise of either. */
  start(step: Step): Failed | undefined | Promise<Failed | undefined> {
    if (this.#issues !== undefined && step.sources.some((source) => this.slots[source] === unavailable)) return this.#block(step);
    if (step.rules.length > 0) return this.#tryRules(step);
    try {
      const values = this.#record(step.keys, step.sources);
      const result = this.#run(step, values);
      if (!isPromise(result)) return this.#settle(step, result, values);
      this.hold(step);
      return this.#later(step, result, values);
    } catch (error) {
      return this.#thrown(error, step);
    }
  }

  #tryRules(step: Step): Failed | undefined | Promise<Failed | undefined> {
    const ended = (this.#rules ??= new Rules(this)).first(step);
    if (ended instanceof Promise) this.hold(step);
    return ended;
  }

  /** A denial refuses as its verb does. Everything else is an error. */
  #thrown(error: unknown, step: Step): Failed {
    if (!(error instanceof Denial)) return { kind: "threw", error, step };
    return { kind: "refused", refusal: new Refusal(refusalKind(step.deniesAs), error.reason), step };
  }

  async #later(step: Step, result: PromiseLike<unknown>, values: ValueRecord): Promise<Failed | undefined> {
    try {
      return await this.#settle(step, await result, values);
    } catch (error) {
      return this.#thrown(error, step);
    }
  }

  #run(step: Step, values: ValueRecord): unknown {
    const { node } = step;
    if (step.overridden) return values["override"];
    if (node.once === true && this.#earlier !== undefined) return this.#earlier.slots[step.slot];
    if (node.lifetime === "app") return this.#app.get(node);
    switch (node.kind) {
      case "input":
        if (this.#source === undefined) throw outside(node);
        return node.read(this.#source, values);
      case "resource":
        this.#resources ??= new ResourceStack();
        return this.#resources.open(node.open(values));
      case "first-of":
        throw new TypeError("The rules of firstOf() are tried by start()");
      case "any-of":
        return { via: step.keys[0], value: this.slots[step.sources[0] ?? 0] };
      case "optional":
        return step.sources.length === 0 ? undefined : this.slots[step.sources[0] ?? 0];
      case "granted-scopes":
        return scopesGranted(this.granted(step));
      case "same-site":
        // Over HTTP, the exchange refuses another site's request before this run begins.
        if (this.#source === undefined) throw outside(node);
        return node.value;
      case "scheme":
        throw outside(node);
      default:
        return node.run(values);
    }
  }

  #settle(step: Step, result: unknown, values: ValueRecord): Failed | undefined | Promise<Failed | undefined> {
    const { node } = step;
    if (step.overridden) return this.#keep(step, settleStandIn(node, result));
    if (!("settle" in node)) return this.#keep(step, result);
    const settled = node.settle(result, values, this, step);
    if (!isPromise(settled)) return this.#keep(step, settled);
    this.hold(step);
    return this.#keepLater(step, settled);
  }

  async #keepLater(step: Step, settled: PromiseLike<unknown>): Promise<Failed | undefined> {
    try {
      return this.#keep(step, await settled);
    } catch (error) {
      return this.#thrown(error, step);
    }
  }

  /** Keeps the value of a step for the steps that need it, or returns why there is none. */
  #keep(step: Step, settled: unknown): Failed | undefined {
    let value = settled;
    if (value instanceof Refusal) return { kind: "refused", refusal: value, step };
    if (value instanceof InputFailure) {
      (this.#issues ??= [])[step.slot] = value.issues;
      value = unavailable;
    }
    this.slots[step.slot] = isCaller(step) ? this.#identify(step, value) : value;
    return undefined;
  }

  /** Keeps the caller's id and the grants of its credential, for owners, scopes and the audit log. Returns the principal. */
  #identify({ slot, overridden, sources }: Step, settled: unknown): unknown {
    const isIdentified = settled instanceof Identified;
    const principal: unknown = isIdentified ? settled.principal : settled;
    if (typeof principal !== "object" || principal === null) return principal;
    // A dependency that replaces another in a test may itself be authenticated. Then its grants count.
    const replacing = overridden ? (sources[0] ?? 0) : -1;
    const grants = isIdentified ? settled.grants : this.#grants?.[replacing];
    const id = idOf(principal) ?? grants?.sub ?? this.#ids?.[replacing];
    if (id !== undefined) (this.#ids ??= [])[slot] = id;
    if (grants !== undefined) (this.#grants ??= [])[slot] = grants;
    return principal;
  }

  #block(step: Step): undefined {
    this.slots[step.slot] = unavailable;
    if (step.rank >= phase.body) return undefined;
    const isGuard = "settle" in step.node || "counts" in step.node || step.rules.length > 0;
    const end = step.gate !== undefined ? behindGate(step.gate) : isGuard ? phase.body : phase.handler;
    this.#invalidEnd = Math.min(this.#invalidEnd, end);
    return undefined;
  }

  /**
   * Invalid inputs end the run, but only after every guard that can still run has run, so an error never lets a request past a
   * guard. If a guard before the body cannot run, the body stays unread. If a guard of a gate cannot run, nothing behind the gate
   * runs.
   */
  #stopAt(rank: number): Failed | undefined {
    if (this.#issues === undefined || rank < this.#invalidEnd) return undefined;
    return { kind: "invalid", issues: this.#issues.flat() };
  }

  #record(keys: readonly string[], sources: readonly number[]): ValueRecord {
    if (keys.length === 0) return noValues;
    const record: Record<string, unknown> = {};
    for (let index = 0; index < keys.length; index += 1) {
      record[keys[index] ?? ""] = this.slots[sources[index] ?? 0];
    }
    return record;
  }
}

/** Tells whether the value of a step is a caller: the value of `authenticate()`, or one that replaces it in a test. */
function isCaller({ node, overridden }: Step): boolean {
  return node.kind === "authenticate" || (overridden && node.facts.has("authenticated"));
}

function noId(owner: string | undefined): string {
  return owner === undefined
    ? "owned(): return a principal with an id from authenticate(): the principal below has none to compare with the owner's"
    : `owned(): name an owner with an id: "${owner}" has none to compare with the object's`;
}
