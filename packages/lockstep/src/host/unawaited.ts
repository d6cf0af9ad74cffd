/** Checks that nobody awaited: their refusal is reported with its route, instead of ending the process. */
import { Denial } from "../outcome/deny.ts";
import { StacklessError } from "../problem/error.ts";

type Listener = (reason: unknown) => void;

interface Rejecting {
  on?(event: "unhandledRejection", listener: Listener): unknown;
  off?(event: "unhandledRejection", listener: Listener): unknown;
  listenerCount?(event: "unhandledRejection"): number;
}

// Node, Bun and Deno have a process; elsewhere a rejection that nobody handles ends nothing.
const { process } = globalThis as { readonly process?: Rejecting };

let watchers = 0;

/**
 * Watches for refusals that nobody awaited (`check(user);` for `await check(user);`): each is reported to `onError` and to the
 * audit sink as `check_not_awaited`, and does not end the process. Every other rejection that nobody handles keeps Node's
 * default. The answer has gone its way by then: it is a report, not a guard. Returns the end of the watch.
 */
export function watchUnawaited(): () => void {
  if (watchers === 0) process?.on?.("unhandledRejection", report);
  watchers += 1;
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    watchers -= 1;
    if (watchers === 0) process?.off?.("unhandledRejection", report);
  };
}

function report(reason: unknown): void {
  const request = Denial.requestOf(reason) ?? StacklessError.requestOf(reason);
  if (request !== undefined) return request.reportUnawaited();
  // A listener switches Node's default off. If it is the only one, the default is carried out here.
  if (process?.listenerCount?.("unhandledRejection") === 1) throw reason;
}
