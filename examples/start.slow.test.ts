import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { after, test } from "node:test";

const folders = globSync("[0-9][0-9]-*", { cwd: import.meta.dirname }).toSorted();
const running = new AbortController();
after(() => running.abort());

/** Starts an example as a reader would, on a free port, and returns the first line that it prints. */
async function firstLine(folder: string): Promise<string> {
  const child = spawn(process.execPath, ["--conditions=lockstep-source", `${folder}/main.ts`], {
    cwd: import.meta.dirname,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
    signal: running.signal,
  });
  child.on("error", () => {}); // ended by the signal
  for await (const chunk of child.stdout) return String(chunk).split("\n")[0] ?? "";
  throw new Error(`${folder} printed nothing`);
}

test("every example starts and answers at the address that it prints", async () => {
  const answers = await Promise.all(
    folders.map(async (folder) => {
      const [url = ""] = /http:\S+[^\s:]/.exec(await firstLine(folder)) ?? [];
      // The example of the fetch runtimes has no server in Node. The addresses of webhooks and of tools accept POST only.
      const status = folder.startsWith("10-") ? 200 : (await fetch(url)).status;
      return [folder, status];
    }),
  );
  assert.deepEqual(
    answers,
    folders.map((folder) => [folder, /webhook|mcp/.test(folder) ? 405 : 200]),
  );
});
