/** What one test file came to, made from the events of `node:test`. */
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
  /** Tests that were given up when the time of their file was over. */
  readonly cancelled: number;
  readonly skipped: number;
  readonly todo: number;
}

/** What one file came to. */
export interface FileReport {
  readonly counts: Counts;
  /** The names of all its tests, as the `spec` reporter writes them. */
  readonly tree: string;
  /** Each failed test with its error, or `""`. */
  readonly failures: string;
  /** What it took of the processor, without the processes that its tests started. */
  readonly cpuMs: number;
}

/** What a process of `npm test` is asked: to run a file, or to end. */
export type Request = { readonly path: string } | { readonly end: true };

/** What a process of `npm test` says: that a test starts, or that the file is done. */
export type Message = { readonly type: "started"; readonly test: string } | { readonly type: "done"; readonly report: FileReport };

/**
 * Written on both streams of a process after each file. A message and the streams are different channels, so without it the end
 * of a file's output may come after its report, and would count as the next file's or as a problem of the process.
 */
export const endOfOutput = "\u0004";

type Ended = Extract<TestEvent, { type: "test:pass" | "test:fail" }>;

/** Nothing has run yet. */
export const noCounts: Counts = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };

/** The sum of two. */
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

/** Whether something failed. */
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
    // Its tests failed, and are counted, or it failed by itself.
    else if (event.type === "test:fail" && kindOf(event) !== "subtestsFailed") this.#fail();
  }

  /** The report, after the last event. A complaint is about the file as a whole: it fails. */
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

/** What a stream of text has to give at this moment. */
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
