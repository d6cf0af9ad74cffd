import assert from "node:assert/strict";
import { test } from "node:test";
import { buildCodes, problemCodes } from "./code.ts";
import { BuildError, InvalidCredential, LockstepError, Unavailable } from "./error.ts";

test("every error of the toolkit has one base, a stable code and a name", () => {
  const cause = new Error("cause");
  const all: readonly (readonly [LockstepError, string, string])[] = [
    [new BuildError("wrong_path", "write /notes"), "wrong_path", "BuildError"],
    [new InvalidCredential("expired", { cause }), "invalid_token", "InvalidCredential"],
    [new Unavailable("store away", { cause }), "unavailable", "Unavailable"],
  ];
  for (const [error, code, name] of all) {
    assert.ok(error instanceof LockstepError && error instanceof Error);
    assert.deepEqual([error.code, error.name], [code, name]);
    assert.match(String(error.stack), new RegExp(name));
  }
  assert.equal(new InvalidCredential("x", { cause }).cause, cause);
  assert.equal(new Unavailable("x", { cause }).cause, cause);
});

test("an invalid credential keeps its reason for the audit log", () => {
  assert.equal(new InvalidCredential("expired").reason, "expired");
});

test("an invalid credential has no stack trace, and takes that of no other error", () => {
  const frames = (error: Error) => String(error.stack).split("\n    at ").length - 1;
  assert.equal(frames(new InvalidCredential("expired")), 0);
  assert.ok(frames(new Unavailable("away")) > 0);
});

test("Retry-After is five seconds unless said otherwise", () => {
  assert.equal(new Unavailable("away").retryAfterSeconds, 5);
  assert.equal(new Unavailable("away", { retryAfterSeconds: 30 }).retryAfterSeconds, 30);
});

test("no code means two things", () => {
  assert.equal(new Set([...problemCodes, ...buildCodes]).size, problemCodes.length + buildCodes.length);
  for (const code of buildCodes) assert.match(code, /^[a-z]+(_[a-z]+)*$/);
});
