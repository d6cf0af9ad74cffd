/** Runs the test runner, as a program, on test files that are written for it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { root } from "../steps.ts";

const head = 'import assert from "node:assert/strict"; import { after, before, describe, test } from "node:test";\n';
/** A test that passes. */
export const passing = 'test("passes", () => {});';

/** The result of a run. */
export interface Run {
  readonly code: number;
  readonly output: string;
  /** The closing lines: the counts and the verdict. */
  readonly closing: readonly [string, string];
}

/** The options of a run. */
export interface RunOptions {
  /** Options, and names of files. Without a name, the whole folder runs. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `npm test -- <folder>` on files with these tests. */
export async function runOver(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  { args = [], env = {} }: RunOptions = {},
): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-tests-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), head + text);
  }
  const { CI: _, ...inherited } = process.env;
  const { promise, resolve } = Promise.withResolvers<Run>();
  execFile(
    process.execPath,
    ["tools/test.ts", ...args.filter((arg) => arg.startsWith("--")), ...(placesIn(args, folder) ?? [folder])],
    { cwd: root, env: { ...inherited, ...env } },
    (error, stdout, stderr) => {
      const [counts = "", verdict = ""] = stdout.trimEnd().split("\n").slice(-2);
      const code = typeof error?.code === "number" ? error.code : 0;
      resolve({
        code,
        output: (stdout + stderr).replaceAll(`${folder}/`, ""),
        closing: [counts, verdict.replaceAll(`${folder}/`, "")],
      });
    },
  );
  return promise;
}

function placesIn(args: readonly string[], folder: string): readonly string[] | undefined {
  const named = args.filter((arg) => !arg.startsWith("--")).map((name) => join(folder, name));
  return named.length > 0 ? named : undefined;
}
