/**
 * Tells a result that has to be waited for from one that is there, and does not wait longer than it should.
 *
 * What an application or its libraries return may be any object with a `then` (an ORM's query, a promise of another realm): ask
 * `isPromise()`. A promise that this package made itself, in an `async` function or with `then()`, is always a `Promise`: there
 * `instanceof Promise` asks the same, costs less, and also says that `catch()` and `finally()` exist.
 */

/** A store that took too long. */
class StoreTimeout extends Error {
  override readonly name = "StoreTimeout";
}

/** Waits for the answer of a store, and no longer than this. Rejects if it takes longer. */
export async function inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new StoreTimeout(`The store did not answer within ${timeoutMs} ms`)), timeoutMs);
  answer.then(resolve, reject);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a result has to be waited for. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
