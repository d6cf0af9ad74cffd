/** The answer to a run that ended early, and what is thrown into open resources because of it. */
import type { Failed } from "../dependency/execution.ts";
import type { ChallengeDetails } from "../dependency/scheme-definition.ts";
import { answerToError, answerToIssues, answerToRefusal, type Needed } from "../outcome/answer.ts";
import { describeStepUp, type StepUpNeed } from "../outcome/step-up.ts";
import { InvalidCredential } from "../problem/error.ts";
import { InvalidProof } from "../problem/invalid-proof.ts";
import { type Answer, type Problem, problemOf } from "../problem/problem.ts";
import type { ServedRoute } from "./served-route.ts";

/**
 * What a caller needs to get past a refusal: all scopes that the route requires, those of the rule that refused, and the
 * authentication that `stepUp()` demands.
 */
export function neededFor(failed: Failed, required: readonly string[] = []): Needed {
  if (failed.kind !== "refused") return { scopes: required };
  const { node, stepUp } = failed.step;
  const scopes = node.kind === "scopes" ? [...new Set([...required, ...node.scopes])].toSorted() : required;
  return { scopes, stepUp };
}

/** The answer, without its challenges. */
export function answerTo(failed: Failed, needed: Needed, errors: "oauth" | undefined): Answer {
  switch (failed.kind) {
    case "refused":
      return answerToRefusal(failed.refusal.kind, needed);
    case "invalid":
      return answerToIssues(failed.issues, errors);
    case "threw":
      return answerToError(failed.error);
    default:
      return failed satisfies never;
  }
}

/** The challenges of the answer: those of the schemes below the guard that refused. */
export function challengesOf(failed: Failed, { scopes, stepUp }: Needed, route: ServedRoute): readonly string[] {
  if (failed.kind === "invalid") return [];
  if (failed.kind === "threw") {
    if (!(failed.error instanceof InvalidCredential)) return [];
    const error = failed.error instanceof InvalidProof ? failed.error.proofError : "invalid_token";
    return route.challenges(failed.step?.schemes ?? [], { error });
  }
  if (failed.refusal.kind === "invalid") return route.challenges(failed.step.schemes, { error: "invalid_token" });
  if (failed.refusal.kind === "step-up") return route.challenges(failed.step.schemes, stepUpChallenge(stepUp));
  if (failed.refusal.kind !== "scope") return [];
  return route.challenges(failed.step.schemes, { error: "insufficient_scope", scope: scopes.join(" ") });
}

function stepUpChallenge(stepUp: StepUpNeed = {}): Omit<ChallengeDetails, "realm"> {
  const { acr, maxAgeSeconds } = stepUp;
  return {
    error: "insufficient_user_authentication",
    errorDescription: describeStepUp(stepUp),
    ...(acr === undefined ? {} : { acrValues: acr.join(" ") }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
  };
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
