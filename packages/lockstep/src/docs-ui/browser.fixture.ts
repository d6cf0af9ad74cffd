/**
 * A real Chromium for tests, out of the package `@sparticuz/chromium`: nothing is downloaded. It works as root and in
 * containers. `LOCKSTEP_CHROMIUM` names another one, where the package's does not run (it is for Linux on x64).
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import packaged, { inflate } from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/**
 * The package's own arguments switch the same-origin policy off, which is what these tests are about. Names of hosts do not
 * resolve: whatever a page asks of the world, it gets nowhere.
 */
const args = ["--no-sandbox", "--no-zygote", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];

/** Starts the browser; `close` ends it and removes the unpacked files. */
export async function startBrowser(): Promise<{ readonly browser: Browser; close(): Promise<void> }> {
  const other = process.env["LOCKSTEP_CHROMIUM"];
  const folder = await mkdtemp(join(tmpdir(), "lockstep-chromium-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const unpacked = other === undefined ? await unpack(folder) : { executablePath: other };
    const browser = await chromium.launch({ ...unpacked, args });
    const close = async (): Promise<void> => {
      await browser.close();
      await remove();
    };
    return { browser, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Unpacks into a folder of this process: the package's fixed place in the temporary folder would be shared by tests that run at
 * once.
 */
async function unpack(folder: string): Promise<{ readonly executablePath: string; readonly env: Record<string, string> }> {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    const libraries = fileURLToPath(new URL("../bin/al2023.tar.br", import.meta.resolve("@sparticuz/chromium")));
    const [executablePath] = await Promise.all([packaged.executablePath(), inflate(libraries)]);
    return { executablePath, env: environment(folder) };
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

/** With the libraries and, where the system has none, the fonts that the package brings. */
function environment(folder: string): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || name === "TMPDIR" ? [] : [[name, value]],
  );
  const libraries = [join(folder, "al2023", "lib"), process.env["LD_LIBRARY_PATH"]].filter((path) => path !== undefined).join(":");
  const fonts = existsSync("/etc/fonts/fonts.conf") ? {} : { FONTCONFIG_PATH: join(folder, "fonts") };
  return { ...Object.fromEntries(own), ...fonts, LD_LIBRARY_PATH: libraries };
}
