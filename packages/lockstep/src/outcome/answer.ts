/**
 * The answer table: the answer to each way of failing. The words are constant: all causes of an invalid credential,
 * and an object that is missing or not the caller's, give byte-identical answers.
 */
import type { InputIssue } from "./input-failure.ts";
import { Denial } from "./deny.ts";
import { HandledBefore } from "./handled-before.ts";
import type { RefusalKind } from "./refusal.ts";
import { describeStepUp, type StepUpNeed } from "./step-up.ts";
import { InvalidCredential, Unavailable } from "../problem/error.ts";
import { type Answer, nothingHere, ownAnswer, Problem } from "../problem/problem.ts";

const refusals: Readonly<Record<Exclude<RefusalKind, "scope" | "step-up">, Answer>> = {
  absent: ownAnswer(401, "unauthenticated", "Authentication is required."),
  invalid: ownAnswer(401, "invalid_token", "The credential is not valid."),
  repeated: ownAnswer(400, "repeated_credential", "More than one credential was sent for one scheme."),
  forbidden: ownAnswer(403, "forbidden", "You may not do this."),
  "cross-site": ownAnswer(403, "cross_site", "The request comes from another site."),
  hidden: ownAnswer(404, "not_found", nothingHere),
};

/** What a caller needs to get past a refusal. */
export interface Needed {
  readonly scopes: readonly string[];
  readonly stepUp?: StepUpNeed | undefined;
}

const nothingNeeded: Needed = { scopes: [] };

/** The answer to a refusal. Challenges are added by the route, which knows its schemes. */
export function answerToRefusal(kind: RefusalKind, { scopes, stepUp = {} }: Needed = nothingNeeded): Answer {
  switch (kind) {
    case "scope":
      return ownAnswer(403, "insufficient_scope", "The credential does not grant what is needed.", {
        members: { scope: scopes.join(" ") },
      });
    case "step-up":
      return ownAnswer(401, "insufficient_user_authentication", describeStepUp(stepUp), { members: stepUpMembers(stepUp) });
    default:
      return refusals[kind];
  }
}

/** The demand in the words of its challenge (RFC 9470 §3). */
function stepUpMembers({ acr, maxAgeSeconds }: StepUpNeed): Readonly<Record<string, unknown>> {
  return {
    ...(acr === undefined ? {} : { acr_values: acr.join(" ") }),
    ...(maxAgeSeconds === undefined ? {} : { max_age: maxAgeSeconds }),
  };
}

/** The answer to inputs that do not fit: every issue with its pointer. An OAuth endpoint answers 400 (RFC 6749 §5.2). */
export function answerToIssues(issues: readonly InputIssue[], errors: "oauth" | undefined): Answer {
  const status = errors === "oauth" ? 400 : 422;
  return ownAnswer(status, "invalid_input", "The request does not fit what the endpoint takes.", { members: { errors: issues } });
}

/**
 * The answer to an error that was thrown outside a verb: a `Problem` is its own answer, a denial is a 403, `InvalidCredential` a
 * 401 and `Unavailable` a 503. Every other value is a 500 that says nothing.
 */
export function answerToError(error: unknown): Answer {
  if (error instanceof Problem || error instanceof HandledBefore) return error;
  if (error instanceof InvalidCredential) return answerToRefusal("invalid");
  if (error instanceof Denial) return answerToRefusal("forbidden");
  if (error instanceof Unavailable) {
    return ownAnswer(503, "unavailable", "The service cannot answer right now.", {
      headers: { "retry-after": String(error.retryAfterSeconds) },
    });
  }
  return ownAnswer(500, "internal_error", "Something went wrong.");
}

/** No route answers: the same as for an object that is hidden. */
export const nothingFound: Answer = refusals.hidden;

/** A path that is not percent-encoded UTF-8. */
export const malformedPath: Answer = ownAnswer(400, "malformed_request", "The path is not well-formed.");

/** A WebSocket is opened with a handshake, and the request is not one, or the host cannot do it (RFC 9110 §15.5.22). */
export const upgradeRequired: Answer = ownAnswer(426, "upgrade_required", "Open a WebSocket here.", {
  headers: { connection: "upgrade", upgrade: "websocket" },
});

/** The path exists, the method does not (RFC 9110 §15.5.6). */
export function methodNotAllowed(allow: readonly string[]): Answer {
  return ownAnswer(405, "method_not_allowed", "This method is not allowed here.", { headers: { allow: allow.join(", ") } });
}
