/**
 * One process of `npm test`. It runs the files that it is asked to run, one after another: starting a process for each file would cost more
 * than most files' tests. Each file is a test of `node:test`, so that its hooks end with it.
 */
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { processState, checkProcess } from "./process-state.ts";
import type { Message, Request } from "./report.ts";

// What Node's own runner says of its processes in another way: `api.with()` works in tests only.
process.env["NODE_ENV"] ??= "test";

const [timeoutMs = 0, patienceMs = 0] = process.argv.slice(2).map(Number);

process.on("message", (message) => {
  // It comes from test-process.ts, which has this type.
  const request = message as Request;
  if ("end" in request) process.disconnect();
  else void run(request.path);
});
// No file comes any more, or nobody is there to send one. What is still open keeps this process from ending: say what it is.
process.once("disconnect", () => {
  setTimeout(() => console.error(`Still open: ${process.getActiveResourcesInfo().join(", ")}`), patienceMs).unref();
});

function run(path: string): Promise<void> {
  return test(path, { timeout: timeoutMs }, async (file) => {
    file.beforeEach((started) => send({ type: "started", test: started.fullName }));
    const before = processState();
    await import(pathToFileURL(path).href);
    // The last of its hooks.
    file.after(() => checkProcess(before));
  });
}

function send(message: Message): void {
  process.send?.(message);
}
