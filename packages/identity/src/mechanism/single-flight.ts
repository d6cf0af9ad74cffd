/**
 * Asynchronous work that many ask for at once and that needs to run only once at a time: reading a log, reloading keys, writing a
 * buffer. It remembers no result: when a run has ended, the next call begins another one.
 */

/** Shares the runs of one piece of work among all callers. A run that fails does not affect the next one. */
export class SingleFlight<T> {
  readonly #work: () => Promise<T>;
  #running: Promise<T> | undefined;
  /** A run that was asked for and begins when the running one has ended. */
  #next: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  /** Joins the run that is under way, or begins one. */
  run(): Promise<T> {
    this.#running ??= this.#begin();
    return this.#running;
  }

  /**
   * Returns a run that begins after this call: use it to see a change that was made before the call. All callers that ask while
   * a run is under way share the one that follows it.
   */
  runAgain(): Promise<T> {
    if (this.#running === undefined) return this.run();
    this.#next ??= this.#follow(this.#running);
    return this.#next;
  }

  /** Waits until nothing runs and nothing is about to. Never rejects. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await Promise.allSettled([this.#running, this.#next]);
  }

  #begin(): Promise<T> {
    // Also if the work throws before it returns a promise.
    const begun = (async () => this.#work())();
    return begun.finally(() => {
      this.#running = undefined;
    });
  }

  async #follow(before: Promise<T>): Promise<T> {
    await Promise.allSettled([before]);
    this.#next = undefined;
    // Somebody else may have begun a run since: it began after every call that waits here.
    return this.run();
  }
}
