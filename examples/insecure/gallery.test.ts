/** Every bug of the gallery is stopped where its first line says, by the sentence it says, and by nothing else. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { compile, type Compiler, type Diagnostic, list, typescript7 } from "../../packages/lockstep/test-d/compiler.ts";
import { exhibits, table } from "./gallery.ts";

const all = exhibits();
const control = join(import.meta.dirname, "secure.ts");
// Not a bug either; this directory is no part of the repository's own program.
const own = ["gallery.ts", "gallery.test.ts", "gallery.slow.test.ts"].map((name) => join(import.meta.dirname, name));
const starting = all.filter(({ stage }) => stage === "start-up");

test("every file says where it stops and with which sentence", () => {
  assert.ok(all.length >= 25, `found ${all.length}`);
  assert.deepEqual(
    all.filter(({ sentence, title }) => sentence.length < 5 || title.length < 10).map(({ name }) => name),
    [],
  );
  assert.deepEqual(
    all.filter(({ stage, code }) => (stage === "start-up") !== (code !== "")).map(({ name }) => name),
    [],
  );
});

test("README.md shows every file", () => {
  const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
  assert.equal(/^\| file [^]*\|$/mu.exec(readme)?.[0], table(all));
});

/** What one compiler says of the gallery. */
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

/** What importing a file threw, as the child process below prints it. */
interface Start {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

// One process for all, a production server as far as it knows: none of them may keep another from starting.
const importAll = `
  const results = [];
  for (const path of process.argv.slice(1)) {
    try {
      await import(path);
      results.push({ name: "", code: "", message: "it started" });
    } catch ({ name, code, message }) {
      results.push({ name, code, message });
    }
  }
  console.log(JSON.stringify(results));
`;

async function startAll(paths: readonly string[]): Promise<readonly Start[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=lockstep-source", "--input-type=module", "--eval", importAll, ...paths],
    { env: { PATH: process.env["PATH"], NODE_ENV: "production" }, cwd: import.meta.dirname },
  );
  const results: readonly Start[] = JSON.parse(stdout);
  return results;
}

describe("start-up", () => {
  const started = startAll([control, ...starting.map(({ path }) => path)]);

  test("the control starts", async () => {
    assert.deepEqual((await started)[0], { name: "", code: "", message: "it started" });
  });

  for (const [index, { name, code, sentence }] of starting.entries()) {
    test(`${name} does not`, async () => {
      const error = (await started)[index + 1];
      assert.equal(error?.name, "BuildError", error?.message);
      assert.equal(error.code, code, error.message);
      assert.ok(error.message.includes(sentence), error.message);
    });
  }
});
