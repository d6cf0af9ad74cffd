/** Work that must not run all at once. */
import { Unavailable } from "lockstep";

/** Runs a few at a time and lets some wait; beyond that it refuses, so that a flood cannot take all the memory. */
export class Queue {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ maxRunning, maxWaiting }: { readonly maxRunning: number; readonly maxWaiting: number }) {
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  /** @throws Unavailable (503) where too many are waiting */
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
    if (this.#running < this.#maxRunning) {
      this.#running += 1;
      return undefined;
    }
    if (this.#waiting.length >= this.#maxWaiting)
      throw new Unavailable("Too many password checks are waiting", { retryAfterSeconds: 2 });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
