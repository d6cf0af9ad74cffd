import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, post } from "../index.ts";
import { answerToError, answerToIssues, answerToRefusal, malformedPath } from "../outcome/answer.ts";
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
    [answerToRefusal("absent"), "invalid_client"],
    [answerToRefusal("invalid"), "invalid_client"],
    [answerToRefusal("scope", { scopes: ["a"] }), "invalid_scope"],
    [answerToRefusal("forbidden"), "invalid_request"],
    [answerToRefusal("repeated"), "invalid_request"],
    [answerToIssues([], "oauth"), "invalid_request"],
    [malformedPath, "invalid_request"],
    [answerToError(new Unavailable("away")), "temporarily_unavailable"],
    [answerToError(new Error("bug")), "server_error"],
    [new Problem(429, "too_many_requests", ""), "temporarily_unavailable"],
    [oauthError("invalid_grant", "", { status: 429 }), "invalid_grant"],
    [new Problem(413, "too_large", ""), "invalid_request"],
  ] as const;
  for (const [it, code] of expected) assert.equal(oauthCodeOf(it), code, it.code);
});

test("an OAuth endpoint that asks for patience says how long: 429 keeps its Retry-After", async () => {
  const throttled = (path: string, errors: { readonly errors?: "oauth" }) =>
    post(path, { public: "test", ...errors, problems: { 429: "Too many attempts." } }, () => {
      problem(429, "too_many_requests", "Later.", { headers: { "retry-after": "30" } });
    });
  const routes = [throttled("/token", { errors: "oauth" }), throttled("/other", {})];
  const api = createApi({ title: "t", version: "1", audit: () => {}, routes });
  const ask = async (path: string) => {
    const answer = await api.fetch(new Request(`https://x${path}`, { method: "POST" }));
    // Both kinds of errors are records; one has `error`, the other `code`.
    const { error, code } = (await answer.json()) as Readonly<Record<string, unknown>>;
    return [answer.status, answer.headers.get("retry-after"), answer.headers.get("content-type"), error ?? code];
  };
  assert.deepEqual(await ask("/token"), [429, "30", "application/json", "temporarily_unavailable"]);
  assert.deepEqual(await ask("/other"), [429, "30", "application/problem+json", "too_many_requests"]);
  const documented = api.openapi().paths["/token"]?.post?.responses["429"];
  assert.deepEqual(Object.keys(documented?.headers ?? {}), ["Retry-After", "X-Request-Id"]);
  assert.deepEqual(documented?.content, { "application/json": { schema: { $ref: "#/components/schemas/OAuthError" } } });
});
