import assert from "node:assert/strict";
import { test } from "node:test";
import { Denial } from "../outcome/deny.ts";
import { BuildError, InvalidCredential, Unavailable } from "../problem/error.ts";
import { Problem } from "../problem/problem.ts";
import { resource } from "./resource.ts";
import { run } from "./run.ts";
import { settleClosing } from "./translation.ts";

const bug = new TypeError("a bug");
const taken = new Problem(409, "taken", "Taken.");
const busy = new Problem(503, "busy", "Later.");
const settle = (failure: unknown, ...all: unknown[]) =>
  settleClosing(failure === undefined ? undefined : { error: failure }, { error: all[0], all });

test("a problem, an outage and a denial replace an unexpected error", () => {
  for (const error of [taken, busy, new Unavailable("away"), new Denial("no")]) {
    for (const failure of [bug, "text", { status: 404 }]) {
      assert.deepEqual(settle(failure, error), { error, translated: [failure], others: [] });
    }
  }
});

test("no other thrown value replaces an error", () => {
  for (const error of [new RangeError("rollback"), new BuildError("wrong_result", "x"), new InvalidCredential("x"), undefined]) {
    assert.deepEqual(settle(bug, error), { error: bug, translated: [], others: [error] });
  }
});

test("an error with an answer, and an error that Lockstep throws, are never replaced", () => {
  for (const failure of [taken, busy, new Denial("no"), new Unavailable("away"), new BuildError("wrong_result", "x")]) {
    assert.deepEqual(settle(failure, taken), { error: failure, translated: [], others: [taken] });
  }
});

test("without a failure, the first error of closing is the failure, and a resource may replace it", () => {
  assert.deepEqual(settle(undefined, bug), { error: bug, translated: [], others: [] });
  assert.deepEqual(settle(undefined, bug, taken), { error: taken, translated: [bug], others: [] });
  assert.deepEqual(settle(undefined, taken, busy, bug), { error: taken, translated: [], others: [busy, bug] });
});

test("a resource replaces an error outside HTTP, too", async () => {
  const db = resource({}, async function* () {
    try {
      yield "db";
    } catch (error) {
      throw error instanceof RangeError ? taken : new TypeError("another");
    }
  });
  const failing = (error: Error) =>
    run(db, {}, () => {
      throw error;
    });
  await assert.rejects(failing(new RangeError("unique violation")), taken);
  await assert.rejects(failing(new SyntaxError("own")), { name: "SyntaxError" });
  await assert.rejects(failing(busy), busy);
});
