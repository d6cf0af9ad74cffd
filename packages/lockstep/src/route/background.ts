/** What an API still does although nobody waits for it: work after answers, and runs outside HTTP. It is awaited at shutdown. */
import { BuildError } from "../problem/error.ts";
import type { ErrorOrigin } from "./serving.ts";

/** The running work of one API. */
export class Background {
  readonly #running = new Map<Promise<void>, ErrorOrigin | undefined>();

  /** Remembers something until it has ended. The promise must not reject. `about` says where it comes from. */
  track(ended: Promise<void>, about?: ErrorOrigin): void {
    this.#running.set(ended, about);
    void ended.then(() => this.#running.delete(ended));
  }

  /**
   * Waits until everything has ended, also what begins in the meantime, and at most this long. Returns where the rest comes from.
   */
  async settle(graceMs: number): Promise<readonly ErrorOrigin[]> {
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(late.resolve, graceMs, "late");
    let ended: unknown;
    do ended = await Promise.race([late.promise, Promise.all(this.#running.keys())]);
    while (ended !== "late" && this.#running.size > 0);
    clearTimeout(timer);
    return [...this.#running.values()].filter((about) => about !== undefined);
  }
}

/** The error of work that did not end in time. */
export function unfinished(graceSeconds: number): BuildError {
  return new BuildError(
    "work_unfinished",
    `end work after an answer sooner, or allow it more time with graceSeconds (of fastifyServer(), lockstep() or api.close()): it was still running after ${graceSeconds} s`,
  );
}
