/** A process that runs test files, as the runner sees it. Even if it dies or hangs, each file gets a report. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../steps.ts";
import { endOfOutput, type FileReport, hasFailed, type Message, noCounts, type Request } from "./report.ts";

/** One file and its result. */
export interface FileResult extends FileReport {
  readonly path: string;
  /** The output of the tests, without that of the runner. */
  readonly output: string;
}

/** One process, which runs files one after another. */
export class TestProcess {
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  /** How long after its time a file is stopped by force, and how long the process may take to end. */
  readonly #graceMs: number;
  readonly #exited: Promise<string>;
  #output = "";
  /** How many streams have reached the end of the current file's output. */
  #endedStreams = 0;
  #report: FileReport | undefined;
  #current = "";
  #isUsable = true;
  #hasFailed = false;
  #receive: (report: FileReport) => void = () => {};

  /** @param timeoutMs the time that one file may take */
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

  /** Waits until the process ends, and returns how: `""` for the exit code 0. */
  async #untilExit(): Promise<string> {
    await once(this.#child, "close");
    const { exitCode, signalCode } = this.#child;
    return signalCode ?? (exitCode === 0 ? "" : `exit code ${exitCode}`);
  }

  /** Whether it can run another file. A process that died, or in which a test hung, cannot. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  #send(request: Request): void {
    // Sending fails if the process has died in the meantime. That is reported already.
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

  /** Passes on a report as soon as all output of its file has arrived. */
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

  /** Lets the process end. Returns problems that no file reported, or `""`. */
  async end(): Promise<string> {
    if (!this.#isUsable) return "";
    // The child disconnects, because `close` is never emitted after a disconnect() on this side.
    this.#send({ end: true });
    const timer = setTimeout(() => this.#kill(), this.#graceMs);
    const how = await this.#exited;
    clearTimeout(timer);
    // After a failed test, a process that ends normally has the exit code 1.
    if (how === "" || (how === "exit code 1" && this.#hasFailed)) return this.#output;
    return `${this.#output}✖ a process did not end normally after its last file (${how})\n`;
  }
}
