/** Calls the command line in this process, or in a process of its own as a shell would. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, type TestContext } from "node:test";
import { newPostgresUrl, patientTimes } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { openPostgres } from "../store/postgres/index.ts";
import { openSqlite } from "../store/sqlite/index.ts";
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
}

/** Calls the command line in this process, which is faster. It does not see this process's environment. */
export async function call(args: readonly string[], { env = {}, stdin = "" }: CallOptions = {}): Promise<Called> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exitCode = await run(args, { env, stdin: Readable.from(stdin === "" ? [] : [stdin]), stdout, stderr });
  stdout.end();
  stderr.end();
  return { exitCode, stdout: await text(stdout), stderr: await text(stderr) };
}

/** Calls the command line in a process of its own. Of the environment, it sees only PATH. */
export async function callProcess(
  args: readonly string[],
  { env = {}, stdin = "", execArgv = [] }: CallOptions & { readonly execArgv?: readonly string[] } = {},
): Promise<Called> {
  const main = join(import.meta.dirname, "main.ts");
  const child = spawn(process.execPath, ["--conditions=lockstep-source", ...execArgv, main, ...args], {
    env: { PATH: process.env["PATH"], ...env },
  });
  // A command that does not read its input closes it.
  child.stdin.on("error", () => {}).end(stdin);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { exitCode: child.exitCode, stdout, stderr };
}

/** A kind of database for the command line. */
export interface Place {
  readonly kind: Database["kind"];
  /** The `DATABASE_URL` of a new database without tables. */
  url(test: Pick<TestContext, "after">): Promise<string>;
}

/** Runs the same tests on both kinds of database. */
export function describeWithEach(name: string, tests: (place: Place) => void): void {
  const places: readonly Place[] = [
    { kind: "sqlite", url: async (test) => `sqlite:${join(newFolder(test), "app.db")}` },
    { kind: "postgres", url: newPostgresUrl },
  ];
  for (const place of places) describe(`${name} on ${place.kind}`, () => tests(place));
}

/** Opens the database of a `DATABASE_URL`, as the service does. */
export function openUrl(test: Pick<TestContext, "after">, url: string): Database {
  const database = url.startsWith("sqlite:") ? openSqlite(url.slice("sqlite:".length)) : openPostgres(url, patientTimes);
  test.after(() => database.close());
  return database;
}

/** Makes a folder for one test. */
export function newFolder(test: Pick<TestContext, "after">): string {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-cli-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Expects one sentence on standard error, nothing on standard output, and no stack. */
export function expectFailure({ exitCode, stdout, stderr }: Called, expected: 1 | 2, sentence: RegExp): void {
  assert.match(stderr, sentence);
  assert.equal(exitCode, expected, stderr);
  assert.equal(stdout, "");
  const lines = stderr.trimEnd().split("\n");
  assert.match(lines.at(-1) ?? "", /^lockstep-identity: /);
  assert.ok(!/\n\s+at /.test(stderr), stderr);
}
