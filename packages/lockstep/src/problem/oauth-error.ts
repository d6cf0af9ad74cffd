/** Errors of OAuth endpoints (RFC 6749 §5.2), for routes with `errors: "oauth"`. */
import { recogniseEverywhere } from "../brand.ts";
import { problemCodes, statusOfCode } from "./code.ts";
import { checkOptions, type KnownOptions } from "./options.ts";
import { type Answer, Problem, type ProblemOptions } from "./problem.ts";

/** The codes of RFC 6749 §5.2, and `server_error` and `temporarily_unavailable` of §4.1.2.1. */
export type OAuthErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "invalid_scope"
  | "invalid_target"
  | "server_error"
  | "temporarily_unavailable";

/** The options of `oauthError()`. */
export interface OAuthErrorOptions extends ProblemOptions {
  /** Default 400. */
  readonly status?: number;
}

const oauthErrorOptions: KnownOptions<OAuthErrorOptions> = { status: true, title: true, headers: true, members: true, cause: true };

/** An error of an OAuth endpoint. */
export class OAuthError extends Problem {
  static {
    recogniseEverywhere(this, "OAuthError");
  }
}

/**
 * Makes an error to throw from an OAuth endpoint: `{ "error": code, "error_description": description }` with status 400
 * unless said otherwise.
 *
 * @example
 * ```ts
 * throw oauthError("invalid_grant", "The user name or the password is wrong.");
 * ```
 */
export function oauthError(code: OAuthErrorCode, description: string, options: OAuthErrorOptions = {}): OAuthError {
  checkOptions("oauthError()", options, oauthErrorOptions);
  const { status = 400, ...others } = options;
  return new OAuthError(status, code, description, others);
}

/** The codes that the core itself sends with a status. */
export function codesOfStatus(status: number, errors: "oauth" | undefined): readonly string[] {
  const codes = problemCodes.filter((code) => statusOfCode[code] === status);
  return errors === undefined ? codes : codes.map((code) => oauthCodeOf({ code, status }));
}

/** The OAuth code that says best what a problem of the core means. */
export function oauthCodeOf(problem: Pick<Answer, "code" | "status">): string {
  if (problem instanceof OAuthError) return problem.code;
  if (problem.code === "insufficient_scope") return "invalid_scope";
  if (problem.status === 401) return "invalid_client";
  // RFC 6749 §5.2 has no code for "later": the one of §4.1.2.1 says it, with the problem's own Retry-After.
  if (problem.status === 429 || problem.status === 503) return "temporarily_unavailable";
  return problem.status >= 500 ? "server_error" : "invalid_request";
}
