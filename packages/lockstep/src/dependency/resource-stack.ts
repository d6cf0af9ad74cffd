/**
 * The open resources of one run: opened when they are needed, closed in reverse order. `open-resource.ts` opens and closes each.
 */
import { readable } from "../callback.ts";
import { openResource, type OpenResource } from "./open-resource.ts";
import type { ResourceNode } from "./node.ts";

/** Holds a thrown value in a record, because `undefined` can be thrown, too. */
export interface Thrown {
  readonly error: unknown;
}

/** The errors of closing: the first, and all of them in order. */
export interface ClosingError extends Thrown {
  readonly all: readonly unknown[];
}

/** The open resources of one run. */
export class ResourceStack {
  readonly #open: OpenResource[] = [];

  /** Opens a resource. Returns its value, or a promise of it. */
  open(generator: ReturnType<ResourceNode["open"]>): unknown {
    const opened = openResource(generator);
    this.#open.push(opened);
    return opened.value;
  }

  /**
   * Closes the open resources, the last opened first, each exactly once. A failure is thrown into each. If a resource throws
   * another error, that one is thrown into the rest, so nothing commits after it. `settleClosing()` decides which error counts.
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
        all.push(readable(error));
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
      all.push(readable(error));
    }
    return this.#close(thrown, all);
  }
}
