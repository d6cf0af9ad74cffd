/**
 * What resources make of a failure. An error that nothing expected is thrown into them, and one that knows what it means may throw
 * an error with an answer instead: a unique violation becomes `problem(409, …)`. This module owns which error a run ends with.
 */
import { Denial } from "../outcome/deny.ts";
import { BuildError, InvalidCredential, LockstepError } from "../problem/error.ts";
import type { ClosingError, Thrown } from "./resource-stack.ts";

/** How a run ended once everything was closed. */
export interface Settled {
  /** The failure, or what a resource made of it. */
  readonly error: unknown;
  /** What a resource turned into that error, in order. */
  readonly translated: readonly unknown[];
  /** Errors of closing that decided nothing. */
  readonly others: readonly unknown[];
}

/**
 * Finds the error that a run ends with. Without a failure it is the first error of closing. A problem, `Unavailable` or a denial that a
 * resource throws replaces an error that nothing expected, and nothing else: a refusal and a problem stay what they are.
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

/** Whether nothing expected an error. Mistakes that the toolkit reports stay reported, whoever catches them. */
export function isTranslatable(error: unknown): boolean {
  return !(error instanceof LockstepError) && !(error instanceof Denial);
}

/** Whether an error has an answer of its own. Who is asking is long decided when resources close. */
function isTranslation(error: unknown): boolean {
  return !isTranslatable(error) && !(error instanceof BuildError) && !(error instanceof InvalidCredential);
}
