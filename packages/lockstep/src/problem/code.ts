/**
 * Every stable error code of the toolkit. `docs/errors.md` has a line for each, and a test compares the two both ways.
 *
 * This module owns the names; the answers they lead to live in `problem.ts`.
 */

/** What a client may read in the `code` member of a problem document. Order: as in the answer table of the manual. */
export const problemCodes = [
  "unauthenticated",
  "invalid_token",
  "insufficient_user_authentication",
  "repeated_credential",
  "forbidden",
  "insufficient_scope",
  "cross_site",
  "not_found",
  "method_not_allowed",
  "malformed_request",
  "malformed_json",
  "forbidden_key",
  "duplicate_member",
  "repeated_parameter",
  "unsupported_media_type",
  "unsupported_charset",
  "unsupported_encoding",
  "precondition_failed",
  "too_large",
  "too_deep",
  "too_many",
  "invalid_input",
  "range_not_satisfiable",
  "upgrade_required",
  "too_many_requests",
  "headers_too_large",
  "request_timeout",
  "unavailable",
  "internal_error",
] as const;

/**
 * The status that each code is sent with. An OAuth endpoint sends `invalid_input` with 400 (RFC 6749 §5.2).
 */
export const statusOfCode: Readonly<Record<ProblemCode, number>> = {
  unauthenticated: 401,
  invalid_token: 401,
  insufficient_user_authentication: 401,
  repeated_credential: 400,
  forbidden: 403,
  insufficient_scope: 403,
  cross_site: 403,
  not_found: 404,
  method_not_allowed: 405,
  malformed_request: 400,
  malformed_json: 400,
  forbidden_key: 400,
  duplicate_member: 400,
  repeated_parameter: 400,
  unsupported_media_type: 415,
  unsupported_charset: 415,
  unsupported_encoding: 415,
  precondition_failed: 412,
  too_large: 413,
  too_deep: 413,
  too_many: 413,
  invalid_input: 422,
  range_not_satisfiable: 416,
  upgrade_required: 426,
  too_many_requests: 429,
  headers_too_large: 431,
  request_timeout: 408,
  unavailable: 503,
  internal_error: 500,
};

/** What a developer meets while building an API: thrown at construction or at start-up, never sent to a client. */
export const buildCodes = [
  "wrong_dependency",
  "dependency_cycle",
  "wrong_lifetime",
  "wrong_result",
  "check_not_awaited",
  "work_unfinished",
  "api_closed",
  "unprotected_route",
  "unchecked_object",
  "unnested_object",
  "ambiguous_input",
  "scopes_unasked",
  "public_and_authenticated",
  "empty_reason",
  "wrong_path",
  "wrong_parameter",
  "wrong_input",
  "wrong_schema",
  "wrong_scheme",
  "scheme_name_taken",
  "unknown_scope",
  "unknown_role",
  "role_cycle",
  "duplicate_route",
  "duplicate_operation",
  "duplicate_dependency",
  "dead_branch",
  "too_many_alternatives",
  "wrong_option",
  "override_in_production",
  "unknown_override",
  "foreign_route",
  "client_address_unknown",
  "websocket_unsupported",
  "docs_unguarded",
  "missing_package",
  "weak_key",
  "wrong_key",
  "secret_in_response",
] as const;

/** A stable code that a client may meet. */
export type ProblemCode = (typeof problemCodes)[number];
/** A stable code that only a developer meets. */
export type BuildCode = (typeof buildCodes)[number];
/** Every stable code: a `switch` over it narrows. */
export type ErrorCode = ProblemCode | BuildCode;
