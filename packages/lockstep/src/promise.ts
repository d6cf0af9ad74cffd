/**
 * Tells a result that has to be waited for from one that is there.
 *
 * What an application or its libraries return may be any object with a `then` (an ORM's query, a promise of another realm): ask
 * `isPromise()`. A promise that this package made itself, in an `async` function or with `then()`, is always a `Promise`: there
 * `instanceof Promise` asks the same, costs less, and also says that `catch()` and `finally()` exist.
 */

/** Whether a result has to be waited for. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
