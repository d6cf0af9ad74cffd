/** The open resources of one run: opened in the order of need, closed in reverse. What a resource is stands in `open-resource.ts`. */
import { openResource, type OpenResource } from "./open-resource.ts";
import type { ResourceNode } from "./node.ts";

/** An error, boxed: anything may be thrown, `undefined` included. */
export interface Thrown {
  readonly error: unknown;
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
   * Closes what is open, the last opened first, each exactly once. A failure is thrown into each; where closing itself fails,
   * that error is thrown into the rest, so that nothing commits after it. Gives the first error of closing.
   */
  close(failure: Thrown | undefined): Thrown | undefined | Promise<Thrown | undefined> {
    let thrown = failure;
    let first: Thrown | undefined;
    for (let open = this.#open.pop(); open !== undefined; open = this.#open.pop()) {
      try {
        const closing = open.close(thrown);
        if (closing !== undefined) return this.#closeLater(closing, thrown, first);
      } catch (error) {
        thrown = { error };
        first ??= thrown;
      }
    }
    return first;
  }

  async #closeLater(closing: Promise<void>, failure: Thrown | undefined, before: Thrown | undefined): Promise<Thrown | undefined> {
    let thrown = failure;
    let first = before;
    try {
      await closing;
    } catch (error) {
      thrown = { error };
      first ??= thrown;
    }
    const rest = await this.close(thrown);
    return first ?? rest;
  }
}
