/** The report of one test file, made from the events of `node:test`. */
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { spec, type TestEvent } from "node:test/reporters";

/** The counts that `node:test` prints: a test with subtests is a test, a `describe` is a suite. */
export interface Counts {
  readonly tests: number;
  readonly suites: number;
  readonly pass: number;
  /** Includes one for a file that cannot be imported, whose own hook fails, or whose process ends. */
  readonly fail: number;
  /** Tests that were stopped when their file's time was over. */
  readonly cancelled: number;
  readonly skipped: number;
  readonly todo: number;
}

/** The result of one file. */
export interface FileReport {
  readonly counts: Counts;
  /** The names of all its tests, as the `spec` reporter writes them. */
  readonly tree: string;
  /** Each failed test with its error, or `""`. */
  readonly failures: string;
  /** The processor time that it used, without the processes that its tests started. */
  readonly cpuMs: number;
}

/** A message to a process of `npm test`: run a file, or end. */
export type Request = { readonly path: string } | { readonly end: true };

/** A message from a process of `npm test`: a test starts, or the file is done. */
export type Message = { readonly type: "started"; readonly test: string } | { readonly type: "done"; readonly report: FileReport };

/**
 * Written on both streams of a process after each file. Messages and streams are different channels, so without this mark the end
 * of a file's output could arrive after its report, and would be taken for the output of the next file or for a problem of the
 * process.
 */
export const endOfOutput = "\u0004";

type Ended = Extract<TestEvent, { type: "test:pass" | "test:fail" }>;

/** The counts before anything has run. */
export const noCounts: Counts = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };

/** Adds two counts. */
export function addCounts(one: Counts, other: Counts): Counts {
  return {
    tests: one.tests + other.tests,
    suites: one.suites + other.suites,
    pass: one.pass + other.pass,
    fail: one.fail + other.fail,
    cancelled: one.cancelled + other.cancelled,
    skipped: one.skipped + other.skipped,
    todo: one.todo + other.todo,
  };
}

/** Tells whether a test failed or was cancelled. */
export function hasFailed({ fail, cancelled }: Counts): boolean {
  return fail > 0 || cancelled > 0;
}

/** Collects the events of one file, which is itself a test, at nesting 0. */
export class FileRecorder {
  readonly #writer = new spec();
  readonly #begun = process.cpuUsage();
  #tree = "";
  #counts = noCounts;

  add(event: TestEvent): void {
    this.#writer.write(event);
    this.#tree += textIn(this.#writer);
    if (event.type !== "test:pass" && event.type !== "test:fail") return;
    if (event.data.nesting > 0) this.#counts = addCounts(this.#counts, countsOf(event));
    // If its tests failed, they have been counted. Otherwise the file itself failed.
    else if (event.type === "test:fail" && kindOf(event) !== "subtestsFailed") this.#fail();
  }

  /** Returns the report, after the last event. A complaint is about the file as a whole, which then fails. */
  async report(complaint?: string): Promise<FileReport> {
    this.#writer.end();
    const failures = await text(this.#writer);
    const { user, system } = process.cpuUsage(this.#begun);
    const report = { tree: this.#tree, cpuMs: Math.round((user + system) / 1000) };
    if (complaint === undefined) return { ...report, counts: this.#counts, failures };
    this.#fail();
    return { ...report, counts: this.#counts, failures: `${failures}\n✖ ${complaint}\n` };
  }

  #fail(): void {
    this.#counts = addCounts(this.#counts, { ...noCounts, fail: 1 });
  }
}

/** Returns the text that a stream has buffered. */
function textIn(stream: Readable): string {
  const chunk: unknown = stream.read();
  return chunk instanceof Buffer ? chunk.toString() + textIn(stream) : "";
}

function countsOf(event: Ended): Counts {
  if (event.data.details.type === "suite") return { ...noCounts, suites: 1 };
  return { ...noCounts, tests: 1, [outcomeOf(event)]: 1 };
}

function outcomeOf(event: Ended): "pass" | "fail" | "cancelled" | "skipped" | "todo" {
  if (isMarked(event.data.skip)) return "skipped";
  if (isMarked(event.data.todo)) return "todo";
  if (event.type === "test:pass") return "pass";
  return kindOf(event) === "cancelledByParent" ? "cancelled" : "fail";
}

function isMarked(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}

function kindOf(event: Extract<TestEvent, { type: "test:fail" }>): unknown {
  const { error } = event.data.details;
  return "failureType" in error ? error.failureType : undefined;
}
