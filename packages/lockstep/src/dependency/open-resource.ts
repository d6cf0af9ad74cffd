/** One opened resource: the generator behind it, driven to its single `yield` and later to its end. */
import { BuildError } from "../problem/error.ts";
import { isPromise } from "../promise.ts";

type Driven = AsyncGenerator<unknown, void, void> | Generator<unknown, void, void>;

/** A resource that is open, or opening. */
export interface OpenResource {
  /** The yielded value, or a promise of it. */
  readonly value: unknown;
  /** Runs the code after `yield`; a failure is thrown in at `yield`. Idempotent. */
  close(failure?: { readonly error: unknown }): void | Promise<void>;
}

const yieldsOnce = "A resource yields exactly once: async function* () { const it = await open(); yield it; await it.close(); }";

/**
 * Drives a generator to its `yield`.
 *
 * @throws BuildError `wrong_result` for a value that is not a generator, and for a generator that never yields
 */
export function openResource(generator: Driven): OpenResource {
  // A function with `return` instead of `yield` is the mistake that JavaScript callers make.
  if (typeof generator?.next !== "function") throw new BuildError("wrong_result", yieldsOnce);
  const first = generator.next();
  if (isPromise(first)) return new AsyncResource(generator, first);
  // A generator whose first result is not a promise is synchronous.
  return new SyncResource(generator as Generator<unknown, void, void>, first);
}

function yielded(result: IteratorResult<unknown, void>): unknown {
  if (result.done === true) throw new BuildError("wrong_result", yieldsOnce);
  return result.value;
}

class SyncResource implements OpenResource {
  readonly value: unknown;
  readonly #generator: Generator<unknown, void, void>;

  constructor(generator: Generator<unknown, void, void>, first: IteratorResult<unknown, void>) {
    this.#generator = generator;
    this.value = yielded(first);
  }

  close(failure?: { readonly error: unknown }): void {
    if (failure === undefined) return this.#end(this.#generator.next());
    try {
      this.#end(this.#generator.throw(failure.error));
    } catch (error) {
      // The failure coming back out is the usual case; anything else is a new error.
      if (error !== failure.error) throw error;
    }
  }

  /** A generator that yields again is made to run its `finally`. */
  #end(result: IteratorResult<unknown, void>): void {
    if (result.done === true) return;
    this.#generator.return();
    throw new BuildError("wrong_result", yieldsOnce);
  }
}

class AsyncResource implements OpenResource {
  readonly value: PromiseLike<unknown>;
  readonly #generator: Driven;

  constructor(generator: Driven, first: PromiseLike<IteratorResult<unknown, void>>) {
    this.#generator = generator;
    this.value = first.then(yielded);
  }

  async close(failure?: { readonly error: unknown }): Promise<void> {
    if (failure === undefined) return this.#end(await this.#generator.next());
    try {
      await this.#end(await this.#generator.throw(failure.error));
    } catch (error) {
      // The failure coming back out is the usual case; anything else is a new error.
      if (error !== failure.error) throw error;
    }
  }

  async #end(result: IteratorResult<unknown, void>): Promise<void> {
    if (result.done === true) return;
    await this.#generator.return();
    throw new BuildError("wrong_result", yieldsOnce);
  }
}
