import assert from "node:assert/strict";
import { test } from "node:test";
import { problemCodes } from "./code.ts";
import { LockstepError } from "./error.ts";
import { ownAnswer, ownProblem, Problem, problem, problemOf } from "./problem.ts";

/** The problem that `problem()` throws. */
function made(...told: Parameters<typeof problem>): Problem {
  try {
    return problem(...told);
  } catch (error) {
    assert.ok(error instanceof Problem);
    return error;
  }
}

test("a problem is an error with what the document says", () => {
  const cause = new Error("row lock");
  const it = made(409, "last_admin", "The last active administrator cannot be demoted.", {
    headers: { "retry-after": "1" },
    members: { admins: 1 },
    cause,
  });
  assert.ok(it instanceof Problem && it instanceof LockstepError && it instanceof Error);
  assert.deepEqual(
    [it.status, it.code, it.title, it.detail, it.message, it.name],
    [409, "last_admin", "Conflict", "The last active administrator cannot be demoted.", it.detail, "Problem"],
  );
  assert.deepEqual([it.headers, it.members, it.cause], [{ "retry-after": "1" }, { admins: 1 }, cause]);
});

test("problem() throws: a statement ends the request as a return or a throw does", () => {
  const refuse = (isLast: boolean): string => {
    if (isLast) problem(409, "last_admin", "Stays.");
    return "demoted";
  };
  assert.throws(() => refuse(true), { code: "last_admin", status: 409 });
  assert.equal(refuse(false), "demoted");
});

test("a problem has the status of a failure, from 400 to 599", () => {
  for (const status of [400, 499, 500, 599]) assert.equal(made(status, "x", "y").status, status);
  for (const status of [0, 200, 302, 399, 600, 404.5, Number.NaN]) {
    assert.throws(() => problem(status, "x", "y"), { name: "BuildError", code: "wrong_result" }, String(status));
  }
});

test("the title is the status in words unless another is given", () => {
  assert.equal(made(404, "gone_fishing", "Not here.").title, "Not Found");
  assert.equal(made(418, "teapot", "Short and stout.").title, "Request Refused");
  assert.equal(made(599, "odd", "Odd.").title, "Server Error");
  assert.equal(made(400, "bad", "Bad.", { title: "Own words" }).title, "Own words");
});

test("every status that the core answers with has a title of its own", () => {
  for (const status of [400, 401, 403, 404, 405, 413, 415, 422, 429, 431, 500, 503]) {
    assert.doesNotMatch(ownProblem(status, "internal_error", "").title, /Request Refused|Server Error$(?<!Internal Server Error)/);
  }
});

test("an answer is what a problem says, without being an error; its error can be had", () => {
  const answer = ownAnswer(403, "forbidden", "You may not do this.", { headers: { a: "b" }, members: { c: 1 } });
  assert.ok(!(answer instanceof Error));
  const error = problemOf(answer);
  assert.ok(error instanceof Problem);
  const { status, title, code, detail, headers, members } = error;
  assert.deepEqual({ status, title, code, detail, headers, members }, answer);
  assert.equal(problemOf(error), error);
});

test("a status is an integer from 400 to 599: an upstream's 0 or 200 is not an error", () => {
  for (const status of [400, 418, 499, 500, 599]) assert.throws(() => problem(status, "x", "y"), { status });
  for (const status of [0, 99, 100, 200, 302, 399, 600, 1000, 404.5, Number.NaN, Infinity, -404, "404", undefined, null]) {
    // Values that JavaScript callers may pass.
    assert.throws(() => problem(status as number, "x", "y"), { code: "wrong_result", message: /from 400 to 599/ }, String(status));
  }
});

test("codes are stable words, each there once", () => {
  assert.equal(new Set(problemCodes).size, problemCodes.length);
  for (const code of problemCodes) assert.match(code, /^[a-z]+(_[a-z]+)*$/);
});
