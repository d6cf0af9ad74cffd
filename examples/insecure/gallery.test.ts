/**
 * Every bug of the gallery is stopped at the stage that its first line names, with the sentence that it quotes, and by nothing
 * else.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { compile, type Compiler, type Diagnostic, list, typescript7 } from "../../packages/lockstep/test-d/compiler.ts";
import { type Exhibit, exhibits, type Stage, table } from "./gallery.ts";
import type { Outcome } from "./gallery.run.ts";

const all = exhibits();
const control = join(import.meta.dirname, "secure.ts");
// These files have no bug either. The repository's own compilation does not include this directory.
const own = ["gallery.ts", "gallery.run.ts", "gallery.test.ts", "gallery.slow.test.ts", "served.ts"].map((name) =>
  join(import.meta.dirname, name),
);
const stages: readonly Stage[] = ["compile", "start-up", "answer", "open"];

test("every file names its stage and quotes a sentence", () => {
  for (const stage of stages) assert.ok(all.filter((each) => each.stage === stage).length > 10, stage);
  assert.deepEqual(
    all.filter(({ sentence, title }) => sentence.length < 5 || title.length < 10).map(({ name }) => name),
    [],
  );
  const codes = { compile: /^$/, "start-up": /^[a-z_]+$/, answer: /^[45]\d\d$/, open: /^$/ };
  assert.deepEqual(
    all.filter(({ stage, code }) => !codes[stage].test(code)).map(({ name }) => name),
    [],
  );
});

test("README.md lists every file, under the stage that stops it", () => {
  const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
  const tables = readme.match(/^\| file (?:.*\n)+?(?!\|)/gmu)?.map((text) => text.trimEnd());
  assert.deepEqual(
    tables,
    stages.map((stage) => table(all, stage)),
  );
});

/** Declares the tests of the gallery with one compiler. */
export function testGallery(compiler: Compiler): void {
  const compiling = compile(compiler, [control, ...own, ...all.map(({ path }) => path)]);
  const said = async (path: string): Promise<Diagnostic[]> => (await compiling).diagnostics.filter(({ file }) => file === path);

  describe(compiler.name, () => {
    test("accepts the control", async () => {
      for (const path of [control, ...own]) assert.equal(list(await said(path)), "");
    });

    for (const { name, path, stage, sentence } of all) {
      test(stage === "compile" ? `refuses ${name}` : `accepts ${name}`, async () => {
        const diagnostics = await said(path);
        assert.equal(diagnostics.length, stage === "compile" ? 1 : 0, list(diagnostics));
        // The compiler escapes the quotes of a sentence that it prints as a type.
        for (const { text } of diagnostics) assert.ok(text.replaceAll('\\"', '"').includes(sentence), text);
      });
    }
  });
}

testGallery(typescript7);

/** Imports the programs and sends their requests, in one process that looks like a server. */
async function runAll(paths: readonly string[]): Promise<readonly Outcome[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=lockstep-source", join(import.meta.dirname, "gallery.run.ts"), ...paths],
    // `staging` is neither a test nor production.
    { env: { PATH: process.env["PATH"], NODE_ENV: "staging" }, cwd: import.meta.dirname },
  );
  const outcomes: readonly Outcome[] = JSON.parse(stdout);
  return outcomes;
}

const running = all.filter(({ stage }) => stage !== "compile");
const ran = runAll([control, ...running.map(({ path }) => path)]);

/** Returns the bugs of one stage, each with its result. */
const of = (stage: Stage): readonly (Exhibit & { outcome(): Promise<Outcome> })[] =>
  running.flatMap((each, index) => {
    const outcome = async (): Promise<Outcome> => (await ran)[index + 1] ?? {};
    return each.stage === stage ? [{ ...each, outcome }] : [];
  });

describe("start-up", () => {
  test("the control starts", async () => {
    assert.deepEqual((await ran)[0], {});
  });

  for (const { name, code, sentence, outcome } of of("start-up")) {
    test(`${name} does not start`, async () => {
      const { error } = await outcome();
      assert.equal(error?.name, "BuildError", error?.message ?? "it started");
      assert.equal(error.code, code, error.message);
      assert.ok(error.message.includes(sentence), error.message);
    });
  }
});

describe("answer", () => {
  for (const { name, code, sentence, outcome } of of("answer")) {
    test(`${name} is refused, and the same request without the bug is not`, async () => {
      const { error, wrong, right } = await outcome();
      assert.equal(error, undefined);
      assert.equal(String(wrong?.status), code);
      const said = [wrong?.text, ...(wrong?.reasons ?? [])].join("\n");
      assert.ok(said.includes(sentence), said);
      assert.deepEqual(right?.reasons, []);
      assert.ok(right.status === 200 || right.status === 303, String(right.status));
    });
  }
});

describe("open", () => {
  for (const { name, outcome } of of("open")) {
    test(`${name} is not stopped`, async () => {
      const { error, wrong } = await outcome();
      assert.equal(error, undefined);
      assert.equal(wrong?.status, 200, wrong?.text);
      // The total of Ada's invoice, shown to somebody who is not Ada.
      assert.match(wrong.text, /\b120\b/);
    });
  }
});
