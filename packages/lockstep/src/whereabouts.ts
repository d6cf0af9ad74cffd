/**
 * The request that the running code belongs to. Refusals remember it when they are made: a check that nobody awaits refuses when
 * the request has gone on, and its rejection reaches nobody (`host/unawaited.ts`).
 */

/** A request that can be told of a check that nobody awaited. */
export interface RunningRequest {
  reportUnawaited(): void;
}

/** What this file needs of `AsyncLocalStorage`. */
interface Storage {
  run<T, A extends readonly unknown[]>(store: RunningRequest, act: (...given: A) => T, ...given: A): T;
  getStore(): RunningRequest | undefined;
}

/** For runtimes without one: it remembers as far as the code goes on synchronously. */
class SynchronousStorage implements Storage {
  #current: RunningRequest | undefined;

  run<T, A extends readonly unknown[]>(store: RunningRequest, act: (...given: A) => T, ...given: A): T {
    const before = this.#current;
    this.#current = store;
    try {
      return act(...given);
    } finally {
      this.#current = before;
    }
  }

  getStore(): RunningRequest | undefined {
    return this.#current;
  }
}

interface BuiltIn {
  getBuiltinModule?(name: string): { readonly AsyncLocalStorage?: new () => Storage } | undefined;
}

// The neutral core imports no module of Node's: it asks the process for it, if there is one.
const { process } = globalThis as { readonly process?: BuiltIn };
const AsyncStorage = process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;
const storage: Storage = AsyncStorage === undefined ? new SynchronousStorage() : new AsyncStorage();

/** Runs a part of a request. */
export function within<T, A extends readonly unknown[]>(request: RunningRequest, act: (...given: A) => T, ...given: A): T {
  return storage.run(request, act, ...given);
}

/** The request that the code which asks belongs to. */
export function requestHere(): RunningRequest | undefined {
  return storage.getStore();
}
