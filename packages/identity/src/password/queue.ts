/** Work that must not run all at once. */
import { Unavailable } from "lockstep";

/** How much a queue takes. */
export interface QueueLimits {
  readonly maxRunning: number;
  readonly maxWaiting: number;
}

/** Runs a few at a time and lets some wait; beyond that it refuses, so that a flood cannot take all the memory (L-24). */
export class Queue {
  readonly #limits: QueueLimits;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** @throws Unavailable where too many are waiting */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await work();
    } finally {
      // The next in line takes over the place; without one it becomes free.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #turn(): Promise<void> | undefined {
    if (this.#running < this.#limits.maxRunning) {
      this.#running += 1;
      return undefined;
    }
    if (this.#waiting.length >= this.#limits.maxWaiting)
      throw new Unavailable("Too many password checks are waiting", { retryAfterSeconds: 2 });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
