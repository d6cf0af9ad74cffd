/**
 * Functions that an application passes in. Sinks are called without waiting, and what goes wrong in them is told on standard error
 * only. What decides about access (a clock, the scopes of an account) is checked instead, so that nonsense refuses.
 */

/**
 * Calls a listener, synchronous or not, and does not wait for it. If it throws or rejects, one line goes to standard error: `what` and
 * the name of the error's type, since its message may hold what a client sent.
 */
export function notify<A extends readonly unknown[]>(what: string, listener: (...values: A) => unknown, ...values: A): void {
  try {
    // An unhandled rejection would end the process.
    Promise.resolve(listener(...values)).catch((error: unknown) => complain(what, error));
  } catch (error) {
    complain(what, error);
  }
}

/**
 * A clock whose times are times. With NaN, for example, every comparison is false, and what is over would be valid still.
 *
 * @throws TypeError, when it is asked, if the clock gives no finite number; and what the clock throws
 */
export function checkedClock(clock: () => number): () => number {
  return () => {
    const now: unknown = clock();
    if (typeof now === "number" && Number.isFinite(now)) return now;
    ignore(now);
    throw new TypeError(`Let \`clock\` return milliseconds since 1970: it returned ${typeof now}`);
  };
}

/** The time of a checked clock; of the process if it fails, which is told. For what must be written in any case. */
export function timeOf(clock: () => number): number {
  try {
    return clock();
  } catch (error) {
    complain("The clock failed, so an event has the time of the process", error);
    return Date.now();
  }
}

/**
 * What `scopesOf` gives for an account.
 *
 * @throws TypeError, when it is asked, if that is no array of texts
 */
export function checkedScopes<T>(scopesOf: (about: T) => readonly string[]): (about: T) => readonly string[] {
  return (about) => {
    const scopes: unknown = scopesOf(about);
    if (Array.isArray(scopes) && scopes.every((scope): scope is string => typeof scope === "string")) return scopes;
    ignore(scopes);
    throw new TypeError(`Let \`scopesOf\` return an array of scopes, synchronously: it returned ${typeof scopes}`);
  };
}

/** The name of an error's type: `TypeError`. It holds nothing else, even if the error was made to say more. */
export function typeNameOf(error: unknown): string {
  try {
    const name: unknown = error instanceof Error ? error.name : typeof error;
    return typeof name === "string" && /^[\w$]{1,64}$/.test(name) ? name : "Error";
  } catch {
    // A proxy, or a getter that throws: it has no name that could be told.
    return "Error";
  }
}

/** A promise that was given where none is taken: that it rejects is no news any more. */
function ignore(given: unknown): void {
  if (given instanceof Promise) given.catch(() => {});
}

/**
 * Writes a line to standard error: what failed, and the type of the error. Its message is left out: it may repeat a client's
 * input.
 */
export function complain(what: string, error: unknown): void {
  try {
    console.error(`${what}: ${typeNameOf(error)}`);
  } catch {
    // An application may have replaced the console with one that fails: there is nobody left to tell.
  }
}
