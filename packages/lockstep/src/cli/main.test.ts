/** The command as a program: arguments, exit codes, and its streams. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { call, callProcess, expectFailure } from "./cli.fixture.ts";
import { commands, run } from "./run.ts";

test("prints the commands, and the options of each", async () => {
  for (const args of [[], ["--help"], ["-h"]]) {
    const { exitCode, stdout } = await call(args);
    assert.equal(exitCode, 0);
    for (const { name } of commands) assert.match(stdout, new RegExp(`^ {2}${name} `, "m"));
  }
  for (const { name, options = {} } of commands) {
    const { exitCode, stdout } = await call([name, "--help"]);
    assert.equal(exitCode, 0);
    for (const option of Object.keys(options)) assert.ok(stdout.includes(`--${option}`), option);
    assert.equal(typeof JSON.parse((await call([name, "--help", "--json"])).stdout).help, "string");
  }
});

test("names the help for a command line that is wrong, with exit code 2", async () => {
  expectFailure(await callProcess(["isuer"]), 2, /`lockstep --help`: there is no such command/);
  expectFailure(await call(["issuer"]), 2, /URL is missing: see `lockstep issuer --help`/);
  expectFailure(await call(["issuer", "https://a.test", "--audiense", "x"]), 2, /Unknown option '--audiense'.*--help/);
  expectFailure(await call(["issuer", "https://a.test", "--audience"]), 2, /argument missing.*--help/);
});

test("ends quietly if its reader stops early, as before `| head`", async () => {
  const main = join(import.meta.dirname, "main.ts");
  const child = spawn(process.execPath, ["--conditions=lockstep-source", main, "--help"]);
  child.stdout.destroy();
  let stderr = "";
  child.stderr.on("data", (data) => (stderr += String(data)));
  await once(child, "close");
  assert.deepEqual([child.exitCode, stderr], [0, ""]);
});

test("asks for the token on a terminal and does not show it, and Ctrl-C ends the question", async () => {
  const modes: boolean[] = [];
  const ask = async (keys: string): Promise<{ readonly exitCode: number; readonly printed: string }> => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: (mode: boolean) => modes.push(mode) });
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    terminal.write(keys);
    const args = ["issuer", "http://127.0.0.1:1", "--audience", "notes", "--token"];
    const exitCode = await run(args, { env: {}, stdin: terminal as never, stdout, stderr });
    stdout.end();
    stderr.end();
    return { exitCode, printed: (await text(stderr)) + (await text(stdout)) };
  };
  const answered = await ask("abc.def.ghi\r");
  assert.equal(answered.exitCode, 1);
  assert.match(answered.printed, /^Paste the token and press Enter: \n/);
  // The issuer is not reached without --allow-loopback, so nothing is decided.
  assert.match(answered.printed, /^Result {4}refused: the issuer does not work/m);
  assert.ok(!answered.printed.includes("abc.def"));
  const ended = await ask("abc\u0003");
  assert.equal(ended.exitCode, 1);
  assert.match(ended.printed, /lockstep: Nothing was read\n$/);
  assert.deepEqual(modes, [true, false, true, false]);
});
