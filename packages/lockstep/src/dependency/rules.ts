/**
 * The rules of `firstOf()` in one run, tried in order until one allows. A node that several rules share runs once: if it refused
 * one rule, it refuses the next rule that needs it.
 */
import type { RefusalKind } from "../outcome/refusal.ts";
import type { Failed } from "./execution.ts";
import type { Rule, Step } from "./plan.ts";

// The refusals that let the next rule try. Anything else is final.
const ofRules: ReadonlySet<RefusalKind> = new Set<RefusalKind>(["forbidden", "scope", "step-up", "hidden"]);

type MaybePromise<T> = T | Promise<T>;

/** The part of a run that its rules use. */
export interface RuleRun {
  readonly slots: unknown[];
  start(step: Step): Failed | undefined | Promise<Failed | undefined>;
}

/** The rules of one run. */
export class Rules {
  readonly #run: RuleRun;
  /** How each step of a rule ended, by slot. */
  readonly #ended: MaybePromise<Failed | undefined>[] = [];

  constructor(run: RuleRun) {
    this.#run = run;
  }

  /**
   * Tries the rules of a step. Returns `undefined` once the value of the first rule that allows is in the step's slot, or the
   * failure.
   */
  first(step: Step): MaybePromise<Failed | undefined> {
    return this.#try(step, 0, undefined);
  }

  #try(step: Step, index: number, firstRefusal: Failed | undefined): MaybePromise<Failed | undefined> {
    const rule = step.rules[index];
    if (rule === undefined) return firstRefusal;
    const next = (failed: Failed | undefined): MaybePromise<Failed | undefined> => {
      if (failed === undefined) {
        this.#run.slots[step.slot] = this.#run.slots[rule.source];
        return undefined;
      }
      const isRefusal = failed.kind === "refused" && ofRules.has(failed.refusal.kind);
      return isRefusal ? this.#try(step, index + 1, firstRefusal ?? failed) : failed;
    };
    const ended = this.#all(rule, 0);
    return ended instanceof Promise ? ended.then(next) : next(ended);
  }

  /** Runs the steps of a rule one after another, from an index on. */
  #all(rule: Rule, from: number): MaybePromise<Failed | undefined> {
    for (let index = from; index < rule.steps.length; index += 1) {
      const step = rule.steps[index];
      const ended = step && this.#once(step);
      if (ended instanceof Promise) return ended.then((failed) => failed ?? this.#all(rule, index + 1));
      if (ended !== undefined) return ended;
    }
    return undefined;
  }

  #once(step: Step): MaybePromise<Failed | undefined> {
    if (!Object.hasOwn(this.#ended, step.slot)) this.#ended[step.slot] = this.#run.start(step);
    return this.#ended[step.slot];
  }
}
