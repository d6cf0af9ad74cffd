/**
 * Functions that an application passes in and that no answer depends on: audit sinks, listeners, clocks. What goes wrong in
 * one of them is told on standard error, and neither changes an answer nor ends the process. This module owns calling them;
 * callbacks that an answer is made of (handlers, schemas, streams) fail the request instead.
 */
import { isPromise } from "./promise.ts";

/**
 * Calls a listener, synchronous or not, and does not wait for it. If it throws or rejects, one line goes to standard error:
 * `what` and the name of the error's type. The error's message is left out, since it may hold what a client sent.
 *
 * @example
 * ```ts
 * notify(`The audit sink failed on ${event.type}`, sink, event);
 * ```
 */
export function notify<A extends readonly unknown[]>(what: string, listener: (...values: A) => unknown, ...values: A): void {
  try {
    const result = listener(...values);
    // An unhandled rejection would end the process.
    if (isPromise(result)) Promise.resolve(result).then(undefined, (error: unknown) => complain(`${what}: ${typeNameOf(error)}`));
  } catch (error) {
    complain(`${what}: ${typeNameOf(error)}`);
  }
}

/**
 * Runs `act` inside a function of the application, such as one that makes a trace active, and returns or throws what `act` does.
 * `act` runs once and at once, also if that function throws, or calls it never, late or twice. Its failure is told as
 * `notify()` does.
 */
export function surround<T>(what: string, around: (act: () => void) => unknown, act: () => T): T {
  const ended: { value?: T; failure?: { readonly error: unknown } } = {};
  const run = once(() => {
    try {
      ended.value = act();
    } catch (error) {
      ended.failure = { error };
    }
  });
  notify(what, around, run);
  run();
  if (ended.failure !== undefined) throw ended.failure.error;
  // It has run, and it has not failed.
  return ended.value as T;
}

/**
 * The time of a clock, in milliseconds since 1970. If it throws or does not return a number, that is reported, and `Date.now()`
 * is used.
 */
export function timeOf(clock: () => number): number {
  try {
    const at: unknown = clock();
    if (typeof at === "number" && Number.isFinite(at)) return at;
    // An asynchronous clock is told of below, whatever becomes of its promise.
    if (isPromise(at)) Promise.resolve(at).then(undefined, () => {});
    complain(`The clock returned ${typeof at} and not a number: an event has the time of the process`);
  } catch (error) {
    complain(`The clock failed, so an event has the time of the process: ${typeNameOf(error)}`);
  }
  return Date.now();
}

/** A function that calls another one the first time, and does nothing afterwards. */
export function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}

/** The thrown value, or an error in its place if it cannot be read (a proxy, a getter that throws). */
export function readable(thrown: unknown): unknown {
  try {
    if (thrown instanceof Error) return typeof thrown.name === "string" ? thrown : new Error("An error without a name was thrown");
    // What recognises the errors of another copy of the package asks in this way (`brand.ts`).
    if (typeof thrown === "object" && thrown !== null) void ("name" in thrown);
    return thrown;
  } catch {
    return new Error("A value was thrown that cannot be read");
  }
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

function complain(line: string): void {
  try {
    console.error(line);
  } catch {
    // An application may have replaced the console with one that fails: there is nobody left to tell.
  }
}
