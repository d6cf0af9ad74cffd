/** Limits how much work runs at once. */
import { Unavailable } from "lockstep";

/**
 * A line of waiting jobs. If one is full, the other still accepts jobs. While jobs wait in both, they take turns: strangers
 * cannot keep out people whom the service knows, or the other way round.
 */
export type Line = "known" | "strangers";

/** The limits of a queue. */
export interface QueueLimits {
  readonly maxRunning: number;
  /** For each line. */
  readonly maxWaiting: number;
}

/** Runs a few jobs at a time and lets some wait. More are refused, so a flood cannot take all the memory (L-24). */
export class Queue {
  readonly #limits: QueueLimits;
  readonly #waiting: Readonly<Record<Line, (() => void)[]>> = { known: [], strangers: [] };
  #running = 0;
  #served: Line = "strangers";

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /**
   * Runs a job when it is its turn.
   *
   * @throws Unavailable if too many are waiting in its line
   */
  async run<T>(line: Line, work: () => Promise<T>): Promise<T> {
    await this.#turn(line);
    try {
      return await work();
    } finally {
      // The next job takes over the place. Without one, the place becomes free.
      const next = this.#next();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #next(): (() => void) | undefined {
    const [first, second]: readonly Line[] = this.#served === "known" ? ["strangers", "known"] : ["known", "strangers"];
    for (const line of [first, second]) {
      const next = line && this.#waiting[line].shift();
      if (line === undefined || next === undefined) continue;
      this.#served = line;
      return next;
    }
    return undefined;
  }

  #turn(line: Line): Promise<void> | undefined {
    if (this.#running < this.#limits.maxRunning) {
      this.#running += 1;
      return undefined;
    }
    const waiting = this.#waiting[line];
    if (waiting.length >= this.#limits.maxWaiting)
      throw new Unavailable("Too many password checks are waiting", { retryAfterSeconds: 2 });
    return new Promise((resolve) => waiting.push(resolve));
  }
}
