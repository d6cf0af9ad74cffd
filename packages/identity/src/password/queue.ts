/** Limits how much work runs at once. */
import { Unavailable } from "lockstep";

/** The limits of a queue. */
export interface QueueLimits {
  readonly maxRunning: number;
  readonly maxWaiting: number;
}

/** Runs a few jobs at a time and lets some wait. More are refused, so a flood cannot take all the memory (L-24). */
export class Queue {
  readonly #limits: QueueLimits;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /**
   * Runs a job when it is its turn.
   *
   * @throws Unavailable if too many are waiting
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await work();
    } finally {
      // The next job takes over the place. Without one, the place becomes free.
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
