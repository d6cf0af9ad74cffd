/**
 * Decides which error a run ends with. An unexpected error is thrown into the open resources. A resource that knows what the
 * error means may throw one with an answer instead: a unique violation becomes `problem(409, …)`.
 */
import { Denial } from "../outcome/deny.ts";
import { BuildError, InvalidCredential, LockstepError } from "../problem/error.ts";
import type { ClosingError, Thrown } from "./resource-stack.ts";

/** How a run ended, after everything was closed. */
export interface Settled {
  /** The failure, or the error that a resource threw instead. */
  readonly error: unknown;
  /** The errors that resources replaced, in order. */
  readonly translated: readonly unknown[];
  /** The errors of closing that did not count. */
  readonly others: readonly unknown[];
}

/**
 * Finds the error that a run ends with. Without a failure it is the first error of closing. A problem, `Unavailable` or a denial
 * that a resource throws replaces an unexpected error, but never a refusal or a problem.
 */
export function settleClosing(failure: Thrown | undefined, { all }: ClosingError): Settled {
  const translated: unknown[] = [];
  const others: unknown[] = [];
  let decided = failure;
  for (const error of all) {
    if (decided !== undefined && !(isTranslatable(decided.error) && isTranslation(error))) others.push(error);
    else {
      if (decided !== undefined) translated.push(decided.error);
      decided = { error };
    }
  }
  return { error: decided?.error, translated, others };
}

/** Replaces the error that a run ends with, if there is another. */
export function replaceError(settled: Settled, replaced: Thrown | undefined): Settled {
  if (replaced === undefined) return settled;
  return { error: replaced.error, translated: [...settled.translated, settled.error], others: settled.others };
}

/** Tells whether an error is unexpected. Mistakes that Lockstep reports are never replaced, even if a resource catches them. */
export function isTranslatable(error: unknown): boolean {
  return !(error instanceof LockstepError) && !(error instanceof Denial);
}

/**
 * Tells whether an error has an answer of its own. Not `InvalidCredential`: callers are authenticated long before resources
 * close.
 */
export function isTranslation(error: unknown): boolean {
  return !isTranslatable(error) && !(error instanceof BuildError) && !(error instanceof InvalidCredential);
}
