/** The reporter of `node:test` in a process of `npm test`: sends what each file came to, and prints what concerns no file. */
import type { TestEvent } from "node:test/reporters";
import { endOfOutput, FileRecorder, type Message } from "./report.ts";

// The reporter is a default export, as `--test-reporter` wants it.
// oxlint-disable-next-line import/no-default-export
export default async function* reporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let file = new FileRecorder();
  let hasTest = false;
  for await (const event of events) {
    // These come at the very end, and are about the whole process.
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

/** `node:test` repeats its counts here, which the files' reports have; the rest is what failed when no test ran any more. */
function* lateErrors(message: string): Generator<string> {
  if (!/^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(message)) yield `${message}\n`;
}

let isBlamed = false;

function complaint(path: string, hasTest: boolean): string | undefined {
  if (!hasTest) return `${path} has no test`;
  // `node:test` sets the code when something throws after its test has ended; failed tests set it at the end only.
  if (process.exitCode === undefined || isBlamed) return undefined;
  isBlamed = true;
  return `${path}, or a file before it in this process, left something running that failed after its test had ended (see below)`;
}

function send(message: Message): void {
  process.send?.(message);
}
