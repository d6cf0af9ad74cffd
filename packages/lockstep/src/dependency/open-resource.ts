/** One opened resource: the generator behind it, driven to its single `yield` and later to its end. */
import { BuildError } from "../problem/error.ts";

type Driven = AsyncGenerator<unknown, void, void> | Generator<unknown, void, void>;

/** A resource that is open, or opening. */
export interface OpenResource {
  /** What it yielded, or a promise of it. */
  readonly value: unknown;
  /** Runs what stands after `yield`, with the failure thrown in there if there is one. Idempotent. */
  close(failure?: { readonly error: unknown }): void | Promise<void>;
}

const yieldsOnce = "A resource yields exactly once: async function* () { const it = await open(); yield it; await it.close(); }";

/** Drives a generator to its `yield`. */
export function openResource(generator: Driven): OpenResource {
  const first = generator.next();
  if (first instanceof Promise) return new AsyncResource(generator, first);
  // A generator that gives its first result at once is a synchronous one.
  return new SyncResource(generator as Generator<unknown, void, void>, first as IteratorResult<unknown, void>);
}

function yielded(result: IteratorResult<unknown, void>): unknown {
  if (result.done === true) throw new BuildError("wrong_result", yieldsOnce);
  return result.value;
}

function ended(result: IteratorResult<unknown, void>): void {
  if (result.done !== true) throw new BuildError("wrong_result", yieldsOnce);
}

class SyncResource implements OpenResource {
  readonly value: unknown;
  readonly #generator: Generator<unknown, void, void>;

  constructor(generator: Generator<unknown, void, void>, first: IteratorResult<unknown, void>) {
    this.#generator = generator;
    this.value = yielded(first);
  }

  close(failure?: { readonly error: unknown }): void {
    if (failure === undefined) return ended(this.#generator.next());
    try {
      ended(this.#generator.throw(failure.error));
    } catch (error) {
      // The failure coming back out is the usual case; anything else is a new error.
      if (error !== failure.error) throw error;
    }
  }
}

class AsyncResource implements OpenResource {
  readonly value: Promise<unknown>;
  readonly #generator: Driven;

  constructor(generator: Driven, first: Promise<IteratorResult<unknown, void>>) {
    this.#generator = generator;
    this.value = first.then(yielded);
  }

  async close(failure?: { readonly error: unknown }): Promise<void> {
    if (failure === undefined) return ended(await this.#generator.next());
    try {
      ended(await this.#generator.throw(failure.error));
    } catch (error) {
      // The failure coming back out is the usual case; anything else is a new error.
      if (error !== failure.error) throw error;
    }
  }
}
