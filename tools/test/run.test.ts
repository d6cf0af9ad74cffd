/** The runner itself: its output and exit code for good and bad test files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { passing, runOver, type RunOptions } from "./run.fixture.ts";

test("tests that pass are counted as Node's runner counts them, and the run ends with 0", async (t) => {
  const { code, output, closing } = await runOver(t, {
    "a.test.ts": 'describe("suite", () => { test("one", () => {}); test("two", (t) => t.test("below", () => {})); });',
    "b.test.ts": passing,
  });
  assert.equal(code, 0, output);
  for (const line of ["tests 4", "suites 1", "pass 4", "fail 0"]) assert.ok(output.includes(`ℹ ${line}\n`), output);
  assert.deepEqual(closing, ["4 passed, 0 failed", "✔ all tests of 2 files passed"]);
});

test("a failed test is shown with its error and its file, and the run ends with 1", async (t) => {
  const { code, output, closing } = await runOver(t, {
    "a.test.ts": `${passing} test("is wrong", () => assert.equal(1 + 1, 3));`,
    "b.test.ts": passing,
  });
  assert.equal(code, 1);
  assert.match(output, /✖ is wrong .*\n.*AssertionError/);
  assert.deepEqual(closing, ["2 passed, 1 failed", "✖ 1 test failed, in 1 of 2 files: a.test.ts"]);
});

test("the hooks of a file run before and after its tests, and not for another file of the process", async (t) => {
  const file = (name: string) => `
    globalThis.story ??= [];
    before(() => story.push("before ${name}"));
    after(() => { story.push("after ${name}"); console.log(story.join()); });
    test("runs", () => { story.push("${name}"); });`;
  // More files than processes, so two files share a process.
  const names = Array.from({ length: 40 }, (_, index) => `file${index}`);
  const { code, output } = await runOver(t, Object.fromEntries(names.map((name) => [`${name}.test.ts`, file(name)])), {
    args: ["file0.test.ts"],
  });
  assert.equal(code, 0, output);
  assert.match(output, /^before file0,file0,after file0$/m);
  const all = await runOver(t, Object.fromEntries(names.map((name) => [`${name}.test.ts`, file(name)])));
  assert.equal(all.code, 0, all.output);
  const stories = all.output.split("\n").filter((line) => line.startsWith("before file"));
  assert.equal(stories.length, names.length);
  for (const story of stories) assert.match(story, /^(?:(?:^|,)before (file\d+),\1,after \1)+$/);
  assert.ok(
    stories.some((story) => story.split(",").length > 3),
    "no two files shared a process",
  );
});

test("a text that a file prints at its very end belongs to the file, and does not fail the run", async (t) => {
  // More than a pipe can hold, so the end arrives after the report of the file.
  const { code, output } = await runOver(t, {
    "a.test.ts": 'after(() => process.stdout.write(`${"x".repeat(99)}\\n`.repeat(5000) + "the end\\n")); test("passes", () => {});',
  });
  assert.equal(code, 0, output.slice(-500));
  assert.match(output, /^the end$/m);
});

test("a file that cannot be imported, or has no test, fails", async (t) => {
  const { code, output, closing } = await runOver(t, {
    "a.test.ts": 'throw new Error("on import");',
    "b.test.ts": "",
    "c.test.ts": passing,
  });
  assert.equal(code, 1);
  assert.match(output, /on import/);
  assert.match(output, /✖ b\.test\.ts has no test/);
  assert.deepEqual(closing, ["1 passed, 2 failed", "✖ 2 tests failed, in 2 of 3 files: a.test.ts, b.test.ts"]);
});

test("an error that is thrown after its test has ended fails the run", async (t) => {
  const { code, output } = await runOver(t, {
    "a.test.ts": `
      const late = Promise.withResolvers();
      test("leaves something running", () => { setImmediate(() => { late.resolve(); throw new Error("late"); }); });
      test("waits", () => late.promise.then(() => new Promise(setImmediate)));`,
  });
  assert.equal(code, 1);
  assert.match(output, /Await everything that a\.test\.ts, .* starts: something failed after its test had ended/);
  assert.match(output, /late/);
});

test("a file that changes the state of the process fails, and the message says what to restore", async (t) => {
  const change = 'process.env["LOCKSTEP_LEFT_BEHIND"] = "1";';
  const restoring = `test("restores", (t) => { ${change} t.after(() => delete process.env["LOCKSTEP_LEFT_BEHIND"]); });`;
  const { code, output, closing } = await runOver(t, { "a.test.ts": `test("changes", () => { ${change} });` });
  assert.equal(code, 1);
  assert.match(output, /Restore process\.env\.LOCKSTEP_LEFT_BEHIND after the test/);
  assert.deepEqual(closing[0], "1 passed, 1 failed");
  assert.equal((await runOver(t, { "a.test.ts": restoring })).code, 0);
});

test("a skipped test is counted, and fails the run in CI", async (t) => {
  const files = { "a.test.ts": `${passing} test("is skipped", { skip: true }, () => {});` };
  const here = await runOver(t, files);
  assert.deepEqual([here.code, here.closing[0]], [0, "1 passed, 0 failed, 1 skipped"]);
  const inCi = await runOver(t, files, { env: { CI: "true" } });
  assert.deepEqual([inCi.code, inCi.closing[0]], [1, "1 passed, 0 failed, 1 skipped"]);
  assert.match(inCi.output, /run every test in CI: tests were skipped in a\.test\.ts/);
});

test("slow tests run only with --slow or by name", async (t) => {
  const files = { "quick.test.ts": 'test("quick one", () => {});', "big.slow.test.ts": 'test("slow one", () => {});' };
  const ran = async (options: RunOptions): Promise<readonly boolean[]> => {
    const { code, output } = await runOver(t, files, options);
    assert.equal(code, 0, output);
    return [output.includes("✔ quick one"), output.includes("✔ slow one")];
  };
  assert.deepEqual(await ran({}), [true, false]);
  assert.deepEqual(await ran({ args: ["--slow"] }), [false, true]);
  assert.deepEqual(await ran({ args: ["big.slow.test.ts"] }), [false, true]);
});

test("a folder without tests is an error", async (t) => {
  const { code, output } = await runOver(t, {});
  assert.equal(code, 1);
  assert.match(output, /^Pass a folder or a file with tests: there is no test in /m);
});
