/** Errors of Fastify and of an application's hooks, as answers of the core: nothing of their messages is sent. */
import { answerToError } from "../../outcome/answer.ts";
import type { ProblemCode } from "../../problem/code.ts";
import { LockstepError } from "../../problem/error.ts";
import { type Answer, ownAnswer } from "../../problem/problem.ts";

const known: Readonly<Record<number, readonly [ProblemCode, string]>> = {
  401: ["unauthenticated", "Authentication is required."],
  403: ["forbidden", "You may not do this."],
  404: ["not_found", "There is nothing here."],
  405: ["method_not_allowed", "This method is not allowed here."],
  413: ["too_large", "The request is too large."],
  415: ["unsupported_media_type", "The body is of a type that is not read here."],
  429: ["too_many_requests", "There were too many requests."],
  431: ["headers_too_large", "The request's header is too large."],
};

/** The answer to an error that the core did not see. */
export function answerToFastify(error: unknown): Answer {
  if (error instanceof LockstepError) return answerToError(error);
  const status: unknown = typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 400 || status >= 500) return answerToError(error);
  const [code, detail] = known[status] ?? ["malformed_request", "The request was refused."];
  return ownAnswer(status, code, detail);
}
