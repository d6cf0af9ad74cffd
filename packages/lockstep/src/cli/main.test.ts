/** The command as a program: arguments, exit codes, and its streams. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { call, callProcess, expectFailure } from "./cli.fixture.ts";
import { commands } from "./run.ts";

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
