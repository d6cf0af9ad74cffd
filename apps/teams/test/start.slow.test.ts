/** The program as a child process: the demo as the README starts it, and a production start. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { generateIdentityKey } from "lockstep-identity";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Starts Node in the root of the workspace. It ends with the test. */
function start(test: TestContext, args: readonly string[], env: Readonly<Record<string, string>>) {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, args, { cwd: root, env: { PATH, PORT: "0", ...env } });
  const texts = { output: "", errors: "" };
  child.stdout.on("data", (chunk) => (texts.output += String(chunk)));
  child.stderr.on("data", (chunk) => (texts.errors += String(chunk)));
  const ended = once(child, "close").then(([code]) => Number(code));
  test.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const lines = async (): Promise<Map<string, string>> => {
    await Promise.race([once(child.stdout, "data"), ended]);
    assert.notEqual(texts.output, "", texts.errors);
    return new Map(texts.output.split("\n").map((line) => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1).trim()]));
  };
  return { child, texts, ended, lines };
}

const program = ["--conditions=lockstep-source", "apps/teams/src/main.ts"];

suite("the program", () => {
  test("npm run start:teams prints an address, accounts and a key that work, and ends on a signal", async (t) => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
    const [command, ...args] = scripts["start:teams"]?.split(" ") ?? [];
    assert.equal(command, "node");
    const demo = start(t, args, {});
    const lines = await demo.lines();
    const url = lines.get("Teams") ?? "";
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await fetch(lines.get("Docs") ?? "")).status, 200);

    const username = lines.get("Accounts")?.split(", ")[0] ?? "";
    const form = { grant_type: "password", username, password: lines.get("Password") ?? "" };
    const { access_token } = (await (
      await fetch(`${url}/auth/token`, { method: "POST", body: new URLSearchParams(form) })
    ).json()) as {
      access_token: string;
    };
    for (const headers of [{ authorization: `Bearer ${access_token}` }, { "x-api-key": lines.get("API key") ?? "" }]) {
      const answer = await fetch(`${url}/organisations`, { headers });
      assert.partialDeepStrictEqual(await answer.json(), [{ name: "Example" }]);
    }
    demo.child.kill("SIGTERM");
    assert.equal(await demo.ended, 0, demo.texts.errors);
  });

  test("a production start without settings says which are missing, and does not listen", async (t) => {
    const { ended, texts } = start(t, program, {});
    assert.equal(await ended, 1);
    assert.equal(texts.output, "");
    for (const name of ["DATABASE_URL", "IDENTITY_KEY", "WEBHOOK_KEY"]) assert.match(texts.errors, new RegExp(`→ at ${name}`));
    const wrongKey = start(t, program, { ...production("sqlite::memory:"), IDENTITY_KEY: "short" });
    assert.equal(await wrongKey.ended, 1);
    assert.match(wrongKey.texts.errors, /IDENTITY_KEY/);
  });

  test("a production start keeps its data, and prints no account", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "teams-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const env = production(`sqlite:${join(folder, "teams.db")}`);
    for (let round = 1; round <= 2; round += 1) {
      const { child, ended, lines, texts } = start(t, program, env);
      const printed = await lines();
      assert.deepEqual([...printed.keys()].filter(Boolean), ["Teams", "Docs"]);
      assert.equal(await (await fetch(`${printed.get("Teams")}/health`)).text(), "Ok");
      child.kill("SIGTERM");
      assert.equal(await ended, 0, texts.errors);
    }
  });
});

const production = (databaseUrl: string) => ({
  DATABASE_URL: databaseUrl,
  TEAMS_ISSUER: "https://teams.example.com",
  IDENTITY_KEY: key,
  WEBHOOK_KEY: key,
  STRIPE_SECRET: `whsec_${key}`,
  SMTP_URL: "smtps://mail.example:465",
  MAIL_FROM: "teams@example.com",
});
const key = generateIdentityKey().reveal();
