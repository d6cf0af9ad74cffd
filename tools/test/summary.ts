/** The summary of all files, in the format of Node's runner. */
import { addCounts, hasFailed, noCounts } from "./report.ts";
import type { FileResult } from "./test-process.ts";

/** Adds up the results of files, and writes the closing lines. */
export class Summary {
  readonly #begun = performance.now();
  readonly #refusesSkipped: boolean;
  readonly #failedPaths: string[] = [];
  readonly #skippingPaths: string[] = [];
  #counts = noCounts;
  #failures = "";
  readonly #cpu: { readonly path: string; readonly cpuMs: number }[] = [];
  #files = 0;
  #isGood = true;

  /** @param refusesSkipped whether a skipped test fails the run, as in CI */
  constructor(refusesSkipped: boolean) {
    this.#refusesSkipped = refusesSkipped;
  }

  add({ path, counts, failures, cpuMs }: FileResult): void {
    this.#cpu.push({ path, cpuMs });
    this.#files += 1;
    this.#counts = addCounts(this.#counts, counts);
    this.#failures += failures;
    if (hasFailed(counts)) this.#failedPaths.push(path);
    if (counts.skipped > 0) this.#skippingPaths.push(path);
  }

  /** Whether the run passed. Read it after `close()`. */
  get isGood(): boolean {
    return this.#isGood;
  }

  /** Returns the closing lines. `problems` are the problems of processes: if there is one, the run fails. */
  close(problems: string): string {
    const counts = this.#counts;
    const durationMs = performance.now() - this.#begun;
    const lines = Object.entries({ ...counts, duration_ms: durationMs }).map(([name, value]) => `ℹ ${name} ${value}`);
    const most = this.#cpu.toSorted((one, other) => other.cpuMs - one.cpuMs).slice(0, 5);
    lines.push(...most.map(({ path, cpuMs }) => `ℹ ${(cpuMs / 1000).toFixed(1)} s of CPU: ${path}`));
    const complaints = [problems.trim(), ...this.#complaints()].filter((text) => text !== "");
    this.#isGood = complaints.length === 0 && this.#failedPaths.length === 0;
    const failed = counts.fail + counts.cancelled;
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
    return [
      this.#failures,
      ...lines,
      ...complaints,
      `${counts.pass} passed, ${failed} failed${skipped}`,
      this.#verdict(failed),
      "",
    ].join("\n");
  }

  #complaints(): readonly string[] {
    const skipping = this.#refusesSkipped && this.#skippingPaths.length > 0;
    return [
      ...(this.#counts.tests === 0 ? ["✖ no test has run"] : []),
      ...(skipping ? [`✖ run every test in CI: tests were skipped in ${this.#skippingPaths.join(", ")}`] : []),
    ];
  }

  #verdict(failed: number): string {
    const files = counted(this.#files, "file");
    if (this.#failedPaths.length > 0) {
      const where = `${this.#failedPaths.length} of ${files}: ${this.#failedPaths.toSorted().join(", ")}`;
      return `✖ ${counted(failed, "test")} failed, in ${where}`;
    }
    return this.#isGood ? `✔ all tests of ${files} passed` : `✖ no test failed in ${files}, but the run did (see above)`;
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
