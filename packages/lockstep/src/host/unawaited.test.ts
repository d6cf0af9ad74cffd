import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

/** Runs the fixture in a process of its own: a test runner has listeners that a server has not. */
function run(...args: readonly string[]) {
  const fixture = join(import.meta.dirname, "unawaited-process.fixture.ts");
  return spawnSync(process.execPath, ["--conditions=lockstep-source", fixture, ...args], { encoding: "utf8" });
}

test("a check that nobody awaited is reported with its route, and the process goes on", () => {
  const { stdout, status } = run();
  assert.deepEqual(stdout.trim().split("\n"), [
    "/guard 200",
    "audit error.unexpected the handler: check_not_awaited GET /guard mallory",
    "error check_not_awaited GET /guard",
    "/handler 200",
    "audit error.unexpected the handler: check_not_awaited GET /handler mallory",
    "error check_not_awaited GET /handler",
    "/handled 200",
    "goes on",
  ]);
  assert.equal(status, 0);
});

test("any other rejection that nobody handles ends the process, as it does without the watch", () => {
  const { stdout, stderr, status } = run("other");
  assert.equal(status, 1);
  assert.match(stderr, /TypeError: no refusal/);
  assert.doesNotMatch(stdout, /goes on/);
});
