/** The open resources of one run: opened in the order of need, closed in reverse. What a resource is stands in `open-resource.ts`. */
import { openResource, type OpenResource } from "./open-resource.ts";
import type { ResourceNode } from "./node.ts";

/** An error, boxed: anything may be thrown, `undefined` included. */
export interface Thrown {
  readonly error: unknown;
}

/** What closing threw: the first error, and all of them in order. */
export interface ClosingError extends Thrown {
  readonly all: readonly unknown[];
}

/** The open resources of one run. */
export class ResourceStack {
  readonly #open: OpenResource[] = [];

  /** Opens a resource: its value, or a promise of it. */
  open(generator: ReturnType<ResourceNode["open"]>): unknown {
    const opened = openResource(generator);
    this.#open.push(opened);
    return opened.value;
  }

  /**
   * Closes what is open, the last opened first, each exactly once. A failure is thrown into each; where a resource throws something
   * else, that is thrown into the rest, so that nothing commits after it. Which of these decides is `settleClosing()`'s.
   */
  close(failure: Thrown | undefined): ClosingError | undefined | Promise<ClosingError | undefined> {
    return this.#close(failure, []);
  }

  #close(failure: Thrown | undefined, all: unknown[]): ClosingError | undefined | Promise<ClosingError | undefined> {
    let thrown = failure;
    for (let open = this.#open.pop(); open !== undefined; open = this.#open.pop()) {
      try {
        const closing = open.close(thrown);
        if (closing !== undefined) return this.#closeLater(closing, thrown, all);
      } catch (error) {
        thrown = { error };
        all.push(error);
      }
    }
    return all.length === 0 ? undefined : { error: all[0], all };
  }

  async #closeLater(closing: Promise<void>, failure: Thrown | undefined, all: unknown[]): Promise<ClosingError | undefined> {
    let thrown = failure;
    try {
      await closing;
    } catch (error) {
      thrown = { error };
      all.push(error);
    }
    return this.#close(thrown, all);
  }
}
