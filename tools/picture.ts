/** `node tools/picture.ts`: starts the demo of the notes API and takes the README's picture of its documentation. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBrowser } from "../packages/lockstep/src/docs-ui/browser.fixture.ts";
import { root } from "./steps.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port is free");
  return address.port;
}

const folder = await mkdtemp(join(tmpdir(), "lockstep-picture-"));
const port = await freePort();
const env = { ...process.env, NOTES_DEMO: "1", PORT: String(port), DATABASE_URL: `sqlite:${join(folder, "notes.db")}` };
const notes = spawn(process.execPath, ["--conditions=lockstep-source", "apps/notes/src/main.ts"], {
  cwd: root,
  env,
  stdio: ["ignore", "pipe", "inherit"],
});
await once(notes.stdout, "data");
const { browser, close } = await startBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1180, height: 1080 } });
  await page.goto(`http://127.0.0.1:${port}/docs`);
  await page.getByRole("button", { name: "Authorize" }).first().waitFor();
  await page.screenshot({ path: `${root}docs/picture/docs.png` });
} finally {
  await close();
  notes.kill("SIGTERM");
  await once(notes, "exit");
  await rm(folder, { recursive: true, force: true });
}
