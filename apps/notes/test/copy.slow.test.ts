/** `npm run copy`: from SQLite to PostgreSQL and back, with all data. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { newPostgresUrl } from "./database.fixture.ts";
import { answerOf, password, requestOf } from "./notes.fixture.ts";
import { startProgram } from "./program.fixture.ts";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("..", import.meta.url));

async function copy(from: string, to: string): Promise<string> {
  const env = { ...process.env, DATABASE_URL: from };
  const { stdout } = await run(process.execPath, ["--conditions=lockstep-source", "src/copy.ts", to], { cwd: folder, env });
  return stdout;
}

test("copies accounts, tokens, keys and notes from SQLite to PostgreSQL and back", async (t) => {
  const place = mkdtempSync(join(tmpdir(), "notes-"));
  t.after(() => rmSync(place, { recursive: true }));
  const [sqlite, postgres, back] = [`sqlite:${join(place, "a.db")}`, await newPostgresUrl(t), `sqlite:${join(place, "b.db")}`];
  const settings = { NOTES_DEMO: "1", NOTES_DEMO_PASSWORD: password, NOTES_ISSUER: "http://localhost:3000" };
  const start = (DATABASE_URL: string) => startProgram(t, [], { ...settings, DATABASE_URL });

  const first = await start(sqlite);
  const form = { grant_type: "password", username: "alice@example.com", password };
  const { body } = await answerOf(await fetch(`${first.url}/auth/token`, requestOf("POST", { form })));
  const token = String(body["access_token"]);
  const written = await answerOf(await fetch(`${first.url}/notes`, requestOf("POST", { token, json: { text: "kept" } })));
  first.process.kill("SIGTERM");
  assert.equal(await first.ended, 0);

  assert.match(await copy(sqlite, postgres), /^notes_notes: 2 of 2$/m);
  await assert.rejects(copy(sqlite, postgres), /Empty the target database first: its table identity_accounts has rows/);
  await copy(postgres, back);
  for (const url of [postgres, back]) {
    const program = await start(url);
    const note = await answerOf(await fetch(`${program.url}/notes/${String(written.body["id"])}`, requestOf("GET", { token })));
    assert.deepEqual([note.status, note.body], [200, written.body], url);
    program.process.kill("SIGTERM");
    await program.ended;
  }
});
