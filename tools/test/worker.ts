/**
 * One process of `npm test`. It runs one file after another, because starting a process for each file would cost more than the
 * tests of most files. Each file is a test of `node:test`, so its hooks end with it.
 */
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { processState, checkProcess } from "./process-state.ts";
import type { Message, Request } from "./report.ts";

// `api.with()` works in tests only. Node's own runner sets another variable in its processes.
process.env["NODE_ENV"] ??= "test";

const [timeoutMs = 0, patienceMs = 0] = process.argv.slice(2).map(Number);

process.on("message", (message) => {
  // The message comes from test-process.ts, which sends this type.
  const request = message as Request;
  if ("end" in request) process.disconnect();
  else void run(request.path);
});
// There are no more files, or the runner is gone. If something is still open, it keeps this process from ending, so name it.
process.once("disconnect", () => {
  setTimeout(() => console.error(`Still open: ${process.getActiveResourcesInfo().join(", ")}`), patienceMs).unref();
});

function run(path: string): Promise<void> {
  return test(path, { timeout: timeoutMs }, async (file) => {
    file.beforeEach((started) => send({ type: "started", test: started.fullName }));
    const before = processState();
    await import(pathToFileURL(path).href);
    // The last hook of the file.
    file.after(() => checkProcess(before));
  });
}

function send(message: Message): void {
  process.send?.(message);
}
