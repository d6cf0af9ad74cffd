/** Calls the command line in this process, or in a process of its own as a shell would. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { run } from "./run.ts";

/** The output of a call. */
export interface Called {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment and the input of a call. */
export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly clock?: () => number;
}

/** Calls the command line in this process, which is faster. It does not see this process's environment. */
export async function call(args: readonly string[], { env = {}, stdin = "", clock }: CallOptions = {}): Promise<Called> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const input = Readable.from(stdin === "" ? [] : [stdin]);
  const exitCode = await run(args, { env, stdin: input, stdout, stderr, ...(clock && { clock }) });
  stdout.end();
  stderr.end();
  return { exitCode, stdout: await text(stdout), stderr: await text(stderr) };
}

/** Calls the command line in a process of its own. Of the environment, it sees only PATH. */
export async function callProcess(
  args: readonly string[],
  { env = {}, stdin = "" }: Omit<CallOptions, "clock"> = {},
): Promise<Called> {
  const main = join(import.meta.dirname, "main.ts");
  const child = spawn(process.execPath, ["--conditions=lockstep-source", main, ...args], {
    env: { PATH: process.env["PATH"], ...env },
  });
  // A command that does not read its input closes it.
  child.stdin.on("error", () => {}).end(stdin);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { exitCode: child.exitCode, stdout, stderr };
}

/** Expects one sentence on standard error, nothing on standard output, and no stack. */
export function expectFailure({ exitCode, stdout, stderr }: Called, expected: 1 | 2, sentence: RegExp): void {
  assert.match(stderr, sentence);
  assert.equal(exitCode, expected, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^lockstep: [^\n]+\n$/);
}

/** Expects that lines are short enough for a terminal, apart from those that one long word fills. */
export function expectReadable(stdout: string, columns = 100): void {
  const long = stdout.split("\n").filter((line) => line.length > columns && line.trim().includes(" "));
  // The declaration is code, which is broken where it can be.
  assert.deepEqual(
    long.filter(
      (line) => !/^ {2}(?:introspection|import|AUTH_)/.test(line) && Math.max(...line.split(" ").map((word) => word.length)) < 60,
    ),
    [],
  );
  // No colours, and nothing that moves the cursor.
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
}
