import assert from "node:assert/strict";
import { test } from "node:test";
import type { RefusalKind } from "./refusal.ts";
import { answerToError, answerToIssues, answerToRefusal, malformedPath, methodNotAllowed, nothingFound } from "./answer.ts";
import { problemCodes } from "../problem/code.ts";
import { BuildError, InvalidCredential, Unavailable } from "../problem/error.ts";
import { type Answer, Problem } from "../problem/problem.ts";

const short = ({ status, code }: Answer) => `${status} ${code}`;

test("each kind of refusal has its answer", () => {
  const expected: Record<RefusalKind, string> = {
    absent: "401 unauthenticated",
    invalid: "401 invalid_token",
    repeated: "400 repeated_credential",
    forbidden: "403 forbidden",
    scope: "403 insufficient_scope",
    "step-up": "401 insufficient_user_authentication",
    "cross-site": "403 cross_site",
    hidden: "404 not_found",
  };
  for (const [kind, answer] of Object.entries(expected)) {
    // The keys of the record are the kinds.
    assert.equal(short(answerToRefusal(kind as RefusalKind, { scopes: ["a", "b"] })), answer);
  }
});

test("only insufficient_scope says more: all scopes that are needed", () => {
  assert.deepEqual(answerToRefusal("scope", { scopes: ["a", "b"] }).members, { scope: "a b" });
  for (const kind of ["absent", "invalid", "forbidden", "hidden"] as const)
    assert.deepEqual(answerToRefusal(kind, { scopes: ["a"], stepUp: { maxAgeSeconds: 5 } }).members, {});
});

test("all causes of an invalid credential give one answer, byte for byte; the reason is not in it", () => {
  const answers = [
    answerToRefusal("invalid"),
    answerToError(new InvalidCredential("expired 5 minutes ago")),
    answerToError(new InvalidCredential("signature", { cause: new Error("key 7") })),
  ];
  for (const answer of answers) {
    const { status, code, title, detail, headers, members } = answer;
    assert.deepEqual(
      { status, code, title, detail, headers, members },
      {
        status: 401,
        code: "invalid_token",
        title: "Unauthorized",
        detail: "The credential is not valid.",
        headers: {},
        members: {},
      },
    );
  }
});

test("refusing makes no error: it costs no stack trace", () => {
  for (const kind of ["absent", "invalid", "forbidden", "scope", "hidden"] as const)
    assert.ok(!(answerToRefusal(kind) instanceof Error));
});

test("an object that is hidden and a path that is not there give one answer", () => {
  assert.deepEqual(answerToRefusal("hidden"), nothingFound);
});

test("a problem is its own answer", () => {
  const it = new Problem(409, "taken", "Taken.");
  assert.equal(answerToError(it), it);
});

test("a store that is away is 503 with Retry-After; its words stay inside", () => {
  const answer = answerToError(new Unavailable("connect ECONNREFUSED 10.0.0.5", { retryAfterSeconds: 7 }));
  assert.equal(short(answer), "503 unavailable");
  assert.deepEqual(answer.headers, { "retry-after": "7" });
  assert.ok(!answer.detail.includes("10.0.0.5"));
  assert.deepEqual(answerToError(new Unavailable("away")).headers, { "retry-after": "5" });
});

test("every other error is a 500 that says nothing of it (I-06)", () => {
  for (const error of [
    new Error("SELECT * FROM users"),
    new BuildError("wrong_result", "inside"),
    "text",
    undefined,
    null,
    { status: 200 },
    42,
  ]) {
    const answer = answerToError(error);
    assert.equal(short(answer), "500 internal_error");
    assert.deepEqual([answer.detail, answer.members, answer.headers], ["Something went wrong.", {}, {}]);
  }
});

test("issues are told with their pointers", () => {
  const issues = [{ in: "query", pointer: "/limit", detail: "expected number" }] as const;
  const answer = answerToIssues(issues, undefined);
  assert.equal(short(answer), "422 invalid_input");
  assert.deepEqual(answer.members, { errors: issues });
  // An OAuth endpoint knows no 422 (RFC 6749 §5.2).
  assert.equal(answerToIssues(issues, "oauth").status, 400);
});

test("405 names the methods there are (RFC 9110 §15.5.6); a malformed path is 400", () => {
  assert.equal(short(methodNotAllowed(["GET", "HEAD"])), "405 method_not_allowed");
  assert.deepEqual(methodNotAllowed(["GET", "HEAD"]).headers, { allow: "GET, HEAD" });
  assert.equal(short(malformedPath), "400 malformed_request");
});

test("every answer's code is one of the documented ones", () => {
  const all = [
    answerToRefusal("absent"),
    answerToIssues([], undefined),
    answerToError(1),
    methodNotAllowed([]),
    malformedPath,
    nothingFound,
  ];
  for (const { code } of all) assert.ok((problemCodes as readonly string[]).includes(code), code);
});
