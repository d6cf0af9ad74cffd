/**
 * Functions that an application passes in. Sinks are called without waiting, and their failures are reported on standard error
 * only. A function whose result counts is checked, and a wrong result refuses the request: one that decides about access (a
 * clock, the scopes of an account), or that takes part in a transaction.
 */

/**
 * Calls a listener, synchronous or not, and does not wait for it. If it throws or rejects, one line goes to standard error:
 * `what` and the name of the error's type. The error's message is left out, because it may contain input of a client.
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
 * Checks every time that a clock returns. With NaN, for example, every comparison is false, and an expired credential would still
 * be valid.
 *
 * @throws TypeError when the clock is asked and does not return a finite number; and everything that the clock throws
 */
export function checkedClock(clock: () => number): () => number {
  return () => {
    const now: unknown = clock();
    if (typeof now === "number" && Number.isFinite(now)) return now;
    ignore(now);
    throw new TypeError(`Let \`clock\` return milliseconds since 1970: it returned ${typeof now}`);
  };
}

/**
 * The time of a checked clock. If the clock fails, that is reported, and the time of the process is used: for events that must be
 * written.
 */
export function timeOf(clock: () => number): number {
  try {
    return clock();
  } catch (error) {
    complain("The clock failed, so an event has the time of the process", error);
    return Date.now();
  }
}

/**
 * Checks the scopes that `scopesOf` returns for an account.
 *
 * @throws TypeError when it is asked and does not return an array of texts
 */
export function checkedScopes<T>(scopesOf: (about: T) => readonly string[]): (about: T) => readonly string[] {
  return (about) => scopesIn("scopesOf", scopesOf(about));
}

/**
 * Checks the scopes that `scopesOfOwner` returns for an external owner. `undefined` means that there is no such owner.
 *
 * @throws TypeError when it is asked and does not return `undefined` or an array of texts
 */
export function checkedOwnerScopes(
  scopesOf: (ownerId: string) => readonly string[] | undefined,
): (ownerId: string) => readonly string[] | undefined {
  return (ownerId) => {
    const scopes = scopesOf(ownerId);
    return scopes === undefined ? undefined : scopesIn("scopesOfOwner", scopes);
  };
}

function scopesIn(name: string, scopes: unknown): readonly string[] {
  if (Array.isArray(scopes) && scopes.every((scope): scope is string => typeof scope === "string")) return scopes;
  ignore(scopes);
  throw new TypeError(`Let \`${name}\` return an array of scopes, synchronously: it returned ${typeof scopes}`);
}

/**
 * Checks that a function of the application returns steps for the database.
 *
 * @throws TypeError when it is called and does not return a generator
 */
export function checkedSteps<T, G extends Generator<unknown, unknown, never>>(
  name: string,
  steps: (about: T) => G,
): (about: T) => G {
  return (about) => {
    const given: unknown = steps(about);
    if (isGenerator(given)) return given as G;
    ignore(given);
    throw new TypeError(`Write \`${name}\` as a generator, function* (…) { yield* … }: it returned ${typeof given}`);
  };
}

function isGenerator(given: unknown): boolean {
  return typeof given === "object" && given !== null && Symbol.iterator in given && "next" in given;
}

/** The name of an error's type: `TypeError`. It contains nothing else, whatever name the error was given. */
export function typeNameOf(error: unknown): string {
  try {
    const name: unknown = error instanceof Error ? error.name : typeof error;
    return typeof name === "string" && /^[\w$]{1,64}$/.test(name) ? name : "Error";
  } catch {
    // A proxy, or a getter that throws: it has no readable name.
    return "Error";
  }
}

/** Handles a promise that was passed by mistake: its rejection must not end the process. */
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
    // An application may have replaced the console with one that fails: nobody is left to tell.
  }
}
