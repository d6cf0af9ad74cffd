/** The state of a process that a test file must restore, because the next file runs in the same process. */

/** The values to compare, by name. */
export type ProcessState = ReadonlyMap<string, unknown>;

const globals = [
  "Date",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
  "queueMicrotask",
  "fetch",
  "crypto",
  "performance",
] as const;
// Not `unhandledRejection`: from the first request of a process on, Lockstep listens for checks that nobody awaited.
const events = ["SIGINT", "SIGTERM", "SIGHUP", "uncaughtException"] as const;

/** Returns the present state of the process. */
export function processState(): ProcessState {
  return new Map<string, unknown>([
    ["process.cwd()", process.cwd()],
    ["Error.stackTraceLimit", Error.stackTraceLimit],
    ["Math.random", Math.random],
    ["JSON.stringify", JSON.stringify],
    ["console.log", console.log],
    ...Object.entries(process.env).map(([name, value]) => [`process.env.${name}`, value] as const),
    ...globals.map((name) => [`globalThis.${name}`, globalThis[name]] as const),
    ...events.map((name) => [`listeners of ${name}`, process.listenerCount(name)] as const),
  ]);
}

/** Throws if the state of the process has changed. The message names the changes. */
export function checkProcess(before: ProcessState, now: ProcessState = processState()): void {
  const changed = [...new Set([...before.keys(), ...now.keys()])].filter((name) => !Object.is(before.get(name), now.get(name)));
  if (changed.length === 0) return;
  throw new Error(
    `Restore ${changed.join(", ")} after the test: the next file runs in the same process. ` +
      "Use t.mock, or t.after() with the value from before.",
  );
}
