/** What may be wrong with a body while it is read, whatever the host. */
import { ownProblem, type Problem } from "../problem/problem.ts";

/** More came than the route takes. */
export function tooLarge(): Problem {
  return ownProblem(413, "too_large", "The body is too large.");
}

/** The client went away, or took too long, before the body's end: its doing, and no error of the application. */
export function cutShort(cause: unknown): Problem {
  return ownProblem(400, "malformed_request", "The body did not arrive whole.", { cause });
}

/** The client went away before the handler ran. Nobody reads this answer; open resources are told by it. */
export function clientGone(): Problem {
  return ownProblem(400, "malformed_request", "The client went away.");
}
