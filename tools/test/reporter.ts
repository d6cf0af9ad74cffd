/** The reporter of `node:test` in a process of `npm test`: sends the report of each file, and prints problems of the process. */
import type { TestEvent } from "node:test/reporters";
import { endOfOutput, FileRecorder, type Message } from "./report.ts";

// `--test-reporter` needs a default export.
// oxlint-disable-next-line import/no-default-export
export default async function* reporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let file = new FileRecorder();
  let hasTest = false;
  for await (const event of events) {
    // These events come at the very end, and are about the whole process.
    if (event.type === "test:diagnostic" && event.data.nesting === 0) yield* lateErrors(event.data.message);
    else file.add(event);
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    if (event.data.nesting > 0) {
      hasTest = true;
      continue;
    }
    const report = await file.report(complaint(event.data.name, hasTest || event.type === "test:fail"));
    for (const stream of [process.stdout, process.stderr]) stream.write(endOfOutput);
    send({ type: "done", report });
    file = new FileRecorder();
    hasTest = false;
  }
}

/** Yields errors that happened after the last test. `node:test` repeats its counts here, which the reports already contain. */
function* lateErrors(message: string): Generator<string> {
  if (!/^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(message)) yield `${message}\n`;
}

let isBlamed = false;

function complaint(path: string, hasTest: boolean): string | undefined {
  if (!hasTest) return `${path} has no test`;
  // `node:test` sets the exit code when something throws after its test has ended. Failed tests set it only at the end.
  if (process.exitCode === undefined || isBlamed) return undefined;
  isBlamed = true;
  return `Await everything that ${path}, or a file before it in this process, starts: something failed after its test had ended (see below)`;
}

function send(message: Message): void {
  process.send?.(message);
}
