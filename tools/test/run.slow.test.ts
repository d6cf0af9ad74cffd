/** The runner with test files that hang, each of which takes all the time that it has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { passing, runOver, type RunOptions } from "./run.fixture.ts";

/** Allows each file only fifteen seconds: a passing file is far below that, even on a busy machine. */
const hasty: RunOptions = { env: { LOCKSTEP_TEST_TIMEOUT_MS: "15000" } };

test("a test that hangs is named, and the others run", async (t) => {
  const { code, output, closing } = await runOver(
    t,
    {
      "a.test.ts": 'test("never ends", () => new Promise((resolve) => setTimeout(resolve, 1e9)));',
      "b.test.ts": passing,
    },
    hasty,
  );
  assert.equal(code, 1);
  assert.match(output, /✖ a\.test\.ts hung in: a\.test\.ts > never ends/);
  assert.match(closing[1], /in 1 of 2 files: a\.test\.ts$/);
});

test("a test that blocks its process, or ends it, is named, and the others run", async (t) => {
  const { code, output, closing } = await runOver(
    t,
    {
      "a.test.ts": 'test("spins", () => { for (;;); });',
      "b.test.ts": `test("quits", () => process.exit(0));`,
      "c.test.ts": passing,
      "d.test.ts": passing,
      "e.test.ts": passing,
    },
    hasty,
  );
  assert.equal(code, 1);
  assert.match(output, /✖ a\.test\.ts took more than 15000 ms, in: a\.test\.ts > spins/);
  assert.match(output, /✖ b\.test\.ts ended its process \(exit code 0\), in: b\.test\.ts > quits/);
  assert.match(closing[1], /in 2 of 5 files: (?:a\.test\.ts, b\.test\.ts|b\.test\.ts, a\.test\.ts)$/);
  assert.match(closing[0], /^3 passed, 2 failed$/);
});

test("a resource that keeps a process from ending fails the run, and is named", async (t) => {
  const { code, output, closing } = await runOver(
    t,
    {
      "a.test.ts":
        'import { createServer } from "node:net"; test("leaves a server", () => { createServer().listen(0, "127.0.0.1"); });',
    },
    hasty,
  );
  assert.equal(code, 1);
  assert.match(output, /Still open: .*TCPServerWrap/);
  assert.match(closing[1], /^✖ no test failed in 1 file/);
});

test("with PostgreSQL, too, a failed run ends with 1, and one that passed with 0", async (t) => {
  const isThere = 'test("is there", () => assert.match(process.env["LOCKSTEP_TEST_POSTGRES"] ?? "", /^postgres:/));';
  const failed = await runOver(t, { "apps/a.test.ts": `${isThere} test("fails", () => assert.fail());` });
  assert.deepEqual([failed.code, failed.closing[0]], [1, "1 passed, 1 failed"]);
  const passed = await runOver(t, { "apps/a.test.ts": isThere });
  assert.deepEqual([passed.code, passed.closing[0]], [0, "1 passed, 0 failed"]);
});
