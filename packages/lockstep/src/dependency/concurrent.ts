/**
 * A group of steps, some of them asynchronous: steps that do not need each other run side by side. This module decides when a
 * step starts and which of several failures counts. `execution.ts` runs each step.
 */
import type { Execution, Failed } from "./execution.ts";
import type { Step } from "./plan.ts";

/**
 * Runs the rest of a group, from its first asynchronous step on. Each step starts as soon as the values that it needs are there.
 *
 * If several steps fail, the failure of the earliest one counts, so the answer does not depend on timing. After a failure no
 * later step starts, running steps are awaited, and an earlier step that was waiting still runs.
 */
export class Concurrent {
  readonly #execution: Execution;
  readonly #end: number;
  readonly #before: number;
  #waiting: Step[] = [];
  #running = 0;
  #failed: { readonly failed: Failed; readonly at: number } | undefined;
  #resolve: (failed: Failed | undefined | Promise<Failed | undefined>) => void = () => {};

  constructor(execution: Execution, end: number, before: number) {
    this.#execution = execution;
    this.#end = end;
    this.#before = before;
  }

  /** Starts with a step that has just started. */
  run(first: Step, started: Promise<Failed | undefined>): Promise<Failed | undefined> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#track(first, started);
      this.#proceed();
    });
  }

  #track(step: Step, started: Promise<Failed | undefined>): void {
    this.#running += 1;
    // `start` turns every error into a result, so this promise never rejects.
    void started.then((failed) => {
      this.#running -= 1;
      this.#fail(step, failed);
      this.#proceed();
    });
  }

  #fail(step: Step, failed: Failed | undefined): void {
    if (failed !== undefined && !this.#isDecided(step)) this.#failed = { failed, at: step.slot };
  }

  /** Tells whether an earlier step has failed, so this one can no longer change the answer. */
  #isDecided(step: Step): boolean {
    return this.#failed !== undefined && this.#failed.at <= step.slot;
  }

  #proceed(): void {
    this.#startReady();
    if (this.#running > 0) return;
    if (this.#failed !== undefined) return this.#resolve(this.#failed.failed);
    this.#execution.endGroup();
    this.#resolve(this.#execution.advance(this.#before));
  }

  /** Starts every step that can start. One pass is enough: steps start in order, and each needs only earlier ones. */
  #startReady(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const step of waiting) this.#startOrWait(step);
    for (let step = this.#execution.takeUntil(this.#end); step !== undefined; step = this.#execution.takeUntil(this.#end)) {
      this.#startOrWait(step);
    }
  }

  #startOrWait(step: Step): void {
    if (this.#isDecided(step)) return;
    if (!this.#execution.isReady(step)) {
      this.#execution.hold(step);
      this.#waiting.push(step);
      return;
    }
    const started = this.#execution.start(step);
    if (started instanceof Promise) this.#track(step, started);
    else this.#fail(step, started);
  }
}
