/**
 * Work that a request leaves for after its answer. This module owns when the work of one request is started, and when it is
 * dropped. Who waits for running work, and what its errors are, is decided by the caller.
 */

/** Something that is done after the answer. */
export type Work = () => void | Promise<void>;

/** Starts one work. The promise settles when it has ended, and never rejects. */
export type StartWork = (work: Work) => Promise<void>;

/** The work of one request. Made only if one of its dependencies can ask for some. */
export class LaterWork {
  /** Settles once everything has ended, or was dropped. Never rejects. */
  readonly ended: Promise<void>;
  readonly #end: () => void;
  #waiting: Work[] = [];
  #state: "open" | "kept" | "dropped" = "open";
  #track: ((ended: Promise<void>) => void) | undefined;
  /** Set once the answer was sent: work that is added from then on starts at once. */
  #start: StartWork | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** Adds work. It is ignored if the request failed. */
  add(work: Work): void {
    if (this.#state === "dropped") return;
    if (this.#start === undefined) this.#waiting.push(work);
    else this.#track?.(this.#start(work));
  }

  /** The request has succeeded, and its resources are closed. `track` is told of everything that is going to run. */
  keep(track: (ended: Promise<void>) => void): void {
    this.#state = "kept";
    this.#track = track;
    track(this.ended);
  }

  /**
   * The answer was sent: the work starts, a turn later, because a host that cannot know when an answer was sent says so before it
   * hands the answer over. Without `keep()` the work is dropped.
   */
  answered(start: StartWork): void {
    if (this.#state === "kept") {
      setTimeout(() => {
        this.#start = start;
        // A start never rejects.
        void Promise.all(this.#waiting.map(start)).then(this.#end);
      }, 0);
      return;
    }
    this.#state = "dropped";
    this.#waiting = [];
    this.#end();
  }
}
