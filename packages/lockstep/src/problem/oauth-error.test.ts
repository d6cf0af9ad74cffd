import assert from "node:assert/strict";
import { test } from "node:test";
import { answerToError, answerToIssues, answerToRefusal, malformedPath } from "./answer.ts";
import { Unavailable } from "./error.ts";
import { oauthCodeOf, OAuthError, oauthError } from "./oauth-error.ts";
import { Problem, problem } from "./problem.ts";

test("an OAuth error is a problem with status 400 unless said otherwise (RFC 6749 §5.2)", () => {
  const it = oauthError("invalid_grant", "The user name or the password is wrong.");
  assert.ok(it instanceof OAuthError && it instanceof Problem);
  assert.deepEqual([it.status, it.code, it.detail], [400, "invalid_grant", "The user name or the password is wrong."]);
  const client = oauthError("invalid_client", "No.", { status: 401, headers: { "www-authenticate": "Basic" } });
  assert.deepEqual([client.status, client.headers], [401, { "www-authenticate": "Basic" }]);
});

test("a problem of the core has the OAuth code that says it best", () => {
  const expected = [
    [oauthError("invalid_scope", ""), "invalid_scope"],
    [answerToRefusal("absent", []), "invalid_client"],
    [answerToRefusal("invalid", []), "invalid_client"],
    [answerToRefusal("scope", ["a"]), "invalid_scope"],
    [answerToRefusal("forbidden", []), "invalid_request"],
    [answerToRefusal("repeated", []), "invalid_request"],
    [answerToIssues([], "oauth"), "invalid_request"],
    [malformedPath, "invalid_request"],
    [answerToError(new Unavailable("away")), "temporarily_unavailable"],
    [answerToError(new Error("bug")), "server_error"],
    [problem(429, "too_many_requests", ""), "invalid_request"],
  ] as const;
  for (const [it, code] of expected) assert.equal(oauthCodeOf(it), code, it.code);
});
