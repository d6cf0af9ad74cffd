/** The answer of the throttle: the same whether or not the account exists. */
import { problem } from "lockstep";
import type { Limit } from "./throttle-options.ts";

/** The limit that was reached. */
export interface Limited {
  /** The name of the policy in the headers. */
  readonly policy: string;
  readonly limit: Limit;
  /** How long to wait before the next attempt. */
  readonly waitMs: number;
}

/**
 * Throws 429 `too_many_requests` (RFC 6585 §4) with `Retry-After`, and `RateLimit` and `RateLimit-Policy` as in
 * draft-ietf-httpapi-ratelimit-headers.
 */
export function tooManyRequests({ policy, limit, waitMs }: Limited): never {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  problem(429, "too_many_requests", "There were too many attempts. Try again later.", {
    headers: {
      "retry-after": String(seconds),
      ratelimit: `"${policy}";r=0;t=${seconds}`,
      "ratelimit-policy": `"${policy}";q=${limit.attempts};w=${limit.seconds}`,
    },
  });
}
