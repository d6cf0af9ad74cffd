import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { describe, test } from "node:test";
import { callProcess, describeWithEach, expectFailure, newFolder } from "./cli.fixture.ts";

const key = randomBytes(32).toString("base64url");

describeWithEach("lockstep-identity as a program", (place) => {
  test("migrates, makes a user with a piped password, and finds everything in order", async (t) => {
    const env = { DATABASE_URL: await place.url(t), IDENTITY_KEY: key };
    assert.deepEqual(await callProcess(["migrate"], { env }), {
      exitCode: 0,
      stdout: "The database is up to date (version 1).\n",
      stderr: "Version 1 of 1\n",
    });
    const stdin = "wobbly teapot over the canal 71\n";
    const made = await callProcess(["users", "create", "a@example.test", "--json"], { env, stdin });
    assert.equal(made.exitCode, 0, made.stderr);
    assert.equal(JSON.parse(made.stdout).email, "a@example.test");
    assert.equal((await callProcess(["doctor"], { env })).exitCode, 0);
    expectFailure(await callProcess(["users", "show", "nobody"], { env }), 1, /no such user/);
  });
});

describe("lockstep-identity as a program that fails", () => {
  test("prints one sentence and sets the exit code", async () => {
    const away = { env: { DATABASE_URL: "postgres://u@127.0.0.1:9/d" } };
    expectFailure(await callProcess(["users", "list"]), 1, /Set DATABASE_URL/);
    expectFailure(await callProcess(["users", "list"], away), 1, /ECONNREFUSED/);
    expectFailure(await callProcess(["users", "list", "--lmit", "3"], away), 2, /Unknown option '--lmit'/);
  });

  test("says to install pg if PostgreSQL is used without it, and needs it for nothing else", async (t) => {
    const hooks = `import { registerHooks } from "node:module";
      registerHooks({ resolve(specifier, context, next) {
        if (specifier !== "pg") return next(specifier, context);
        throw Object.assign(new Error("Cannot find package 'pg'"), { code: "ERR_MODULE_NOT_FOUND" });
      } });`;
    const execArgv = ["--import", `data:text/javascript,${encodeURIComponent(hooks)}`];
    const called = await callProcess(["users", "list"], { env: { DATABASE_URL: "postgres://u@127.0.0.1:9/d" }, execArgv });
    expectFailure(called, 1, /npm install pg/);
    const DATABASE_URL = `sqlite:${join(newFolder(t), "app.db")}`;
    assert.equal((await callProcess(["migrate"], { env: { DATABASE_URL }, execArgv })).exitCode, 0);
    assert.equal((await callProcess(["users", "list"], { env: { DATABASE_URL }, execArgv })).exitCode, 0);
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
});
