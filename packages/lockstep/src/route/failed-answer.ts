/** The answer to a run that ended early, and what is thrown into open resources because of it. */
import type { Failed } from "../dependency/execution.ts";
import { answerToError, answerToIssues, answerToRefusal } from "../outcome/answer.ts";
import { InvalidCredential } from "../problem/error.ts";
import { type Answer, type Problem, problemOf } from "../problem/problem.ts";
import type { ServedRoute } from "./served-route.ts";

/** The scopes that a caller needs to get past a refusal: all that the route requires, and those of the rule that refused. */
export function scopesNeeded(failed: Failed, required: readonly string[]): readonly string[] {
  if (failed.kind !== "refused" || failed.step.node.kind !== "scopes") return required;
  return [...new Set([...required, ...failed.step.node.scopes])].toSorted();
}

/** The answer, without its challenges. `scopes` are all that the route requires of this caller. */
export function answerTo(failed: Failed, scopes: readonly string[], errors: "oauth" | undefined): Answer {
  switch (failed.kind) {
    case "refused":
      return answerToRefusal(failed.refusal.kind, scopes);
    case "invalid":
      return answerToIssues(failed.issues, errors);
    case "threw":
      return answerToError(failed.error);
    default:
      return failed satisfies never;
  }
}

/** The challenges of the answer: those of the schemes below the guard that refused. */
export function challengesOf(failed: Failed, scopes: readonly string[], route: ServedRoute): readonly string[] {
  if (failed.kind === "invalid") return [];
  if (failed.kind === "threw") {
    return failed.error instanceof InvalidCredential
      ? route.challenges(failed.step?.schemes ?? [], { error: "invalid_token" })
      : [];
  }
  if (failed.refusal.kind === "invalid") return route.challenges(failed.step.schemes, { error: "invalid_token" });
  if (failed.refusal.kind !== "scope") return [];
  return route.challenges(failed.step.schemes, { error: "insufficient_scope", scope: scopes.join(" ") });
}

/** The error that is thrown into open resources when an answer ends the request. It is made only if a resource is open. */
export class AnswerFailure {
  readonly #answer: Answer;
  #error: Problem | undefined;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  get error(): Problem {
    this.#error ??= problemOf(this.#answer);
    return this.#error;
  }
}
