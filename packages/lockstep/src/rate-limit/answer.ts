/**
 * The answers of a rate limit: `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers, structured fields), and
 * the 429 (RFC 6585 §4), whose words are the same for everybody.
 */
import type { ResponseHeaders } from "../input/response-headers.ts";
import type { DeclaredProblems } from "../problem/declared-problems.ts";
import { ownProblem, type Problem } from "../problem/problem.ts";
import type { NamedLimit } from "./limits.ts";
import type { Counted } from "./store.ts";

/** The headers of every answer that was counted, with their descriptions. */
export const rateLimitHeaders = {
  "RateLimit-Policy": "The limits by name: q requests in each window of w seconds.",
  RateLimit: "The rest of the limits by name: r requests for the next t seconds.",
} as const;

/** The description of the refusal, for the documentation. */
export const refusedProblem: DeclaredProblems = { 429: { too_many_requests: "There were too many requests. Try again later." } };

/** The headers of one answer. */
export type RateLimitHeaders = ResponseHeaders<Readonly<Record<keyof typeof rateLimitHeaders, string>>>;

/** Says what is left of a limit. */
export function writeHeaders(headers: RateLimitHeaders, { policy, points, windowSeconds }: NamedLimit, counted: Counted): void {
  headers.append("RateLimit-Policy", `"${policy}";q=${points};w=${windowSeconds}`);
  headers.append("RateLimit", `"${policy}";r=${counted.remaining};t=${secondsOf(counted)}`);
}

/** The refusal. The client may come back when the window of the limit that refused is over. */
export function tooManyRequests(counted: Counted): Problem {
  const headers = { "retry-after": String(Math.max(1, secondsOf(counted))) };
  return ownProblem(429, "too_many_requests", "There were too many requests. Try again later.", { headers });
}

function secondsOf({ resetMs }: Counted): number {
  return Math.ceil(resetMs / 1000);
}
