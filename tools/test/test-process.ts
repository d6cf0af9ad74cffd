/** A process that runs test files, seen from the one that asks. It may die or hang; a file gets its report all the same. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../steps.ts";
import { endOfOutput, type FileReport, hasFailed, type Message, noCounts, type Request } from "./report.ts";

/** One file and what came of it. */
export interface FileResult extends FileReport {
  readonly path: string;
  /** What was printed meanwhile by the tests, not by the runner. */
  readonly output: string;
}

/** Starts with the first file. */
export class TestProcess {
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  /** How long after its time a file is given up by force, and how long the process may take to end. */
  readonly #graceMs: number;
  readonly #exited: Promise<string>;
  #output = "";
  /** How many streams have come to the end of the present file's output. */
  #endedStreams = 0;
  #report: FileReport | undefined;
  #current = "";
  #isUsable = true;
  #hasFailed = false;
  #receive: (report: FileReport) => void = () => {};

  /** @param timeoutMs what one file may take. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#graceMs = Math.min(timeoutMs, 10_000);
    this.#child = fork(join(import.meta.dirname, "worker.ts"), [String(timeoutMs), String(this.#graceMs / 2)], {
      cwd: root,
      execArgv: ["--conditions=lockstep-source", `--test-reporter=${join(import.meta.dirname, "reporter.ts")}`],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => this.#read(chunk));
    }
    // The messages are those of worker.ts and reporter.ts, which have this type.
    this.#child.on("message", (message) => this.#listen(message as Message));
    this.#exited = this.#untilExit();
  }

  /** How it ended: "" for exit code 0. */
  async #untilExit(): Promise<string> {
    await once(this.#child, "close");
    const { exitCode, signalCode } = this.#child;
    return signalCode ?? (exitCode === 0 ? "" : `exit code ${exitCode}`);
  }

  /** Whether it can run another file: one that died, or that still runs what hung, cannot. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  #send(request: Request): void {
    // To one that has died in the meantime nothing can be sent: its end is reported.
    this.#child.send(request, () => {});
  }

  #listen(message: Message): void {
    if (message.type === "started") this.#current = message.test;
    else this.#report = message.report;
    this.#deliver();
  }

  #read(chunk: string): void {
    const parts = chunk.split(endOfOutput);
    this.#output += parts.join("");
    this.#endedStreams += parts.length - 1;
    this.#deliver();
  }

  /** Hands over a report when all that its file printed is here. */
  #deliver(): void {
    if (this.#report === undefined || this.#endedStreams < 2) return;
    this.#receive(this.#report);
    this.#report = undefined;
    this.#endedStreams = 0;
  }

  /** Runs a file. Never rejects. */
  async run(path: string): Promise<FileResult> {
    this.#current = "";
    const reported = new Promise<FileReport>((resolve) => (this.#receive = resolve));
    const givenUp = new AbortController();
    const timer = setTimeout(() => givenUp.abort(), this.#timeoutMs + this.#graceMs);
    const hung = once(givenUp.signal, "abort").then(() => this.#lost(path, `took more than ${this.#timeoutMs} ms`));
    const died = this.#exited.then((how) => this.#lost(path, `ended its process (${how === "" ? "exit code 0" : how})`));
    this.#send({ path });
    const report = await Promise.race([reported, hung, died]);
    clearTimeout(timer);
    if (hasFailed(report.counts)) this.#hasFailed = true;
    if (report.counts.cancelled > 0) this.#kill();
    const output = this.#output;
    this.#output = "";
    const last = report.counts.cancelled > 0 ? `✖ ${path} hung in: ${this.#current}\n` : "";
    return { ...report, failures: report.failures + last, path, output };
  }

  #lost(path: string, what: string): FileReport {
    this.#kill();
    const place = this.#current === "" ? "before its first test" : `in: ${this.#current}`;
    const line = `✖ ${path} ${what}, ${place}\n`;
    return { counts: { ...noCounts, fail: 1 }, tree: line, failures: line, cpuMs: 0 };
  }

  #kill(): void {
    this.#isUsable = false;
    this.#child.kill("SIGKILL");
  }

  /** Lets the process end; gives what went wrong that no file reported, or `""`. */
  async end(): Promise<string> {
    if (!this.#isUsable) return "";
    // The child leaves: `close` never comes after a disconnect() on this side.
    this.#send({ end: true });
    const timer = setTimeout(() => this.#kill(), this.#graceMs);
    const how = await this.#exited;
    clearTimeout(timer);
    // With a failed test, the exit code of a process that ended well is 1.
    if (how === "" || (how === "exit code 1" && this.#hasFailed)) return this.#output;
    return `${this.#output}✖ a process that had run its files did not end well (${how})\n`;
  }
}
