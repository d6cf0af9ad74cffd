/** Runs test files in a few processes, side by side. */
import { type FileResult, TestProcess } from "./test-process.ts";

/** The options of a run. */
export interface RunOptions {
  readonly processes: number;
  /** The time that one file may take. */
  readonly timeoutMs: number;
  /** Called with each file as soon as it is done. */
  readonly onResult: (result: FileResult) => void;
}

/**
 * Runs the files. Each process takes the next file when it has finished one. Resolves with the problems of processes that no file
 * reported, or `""`.
 */
export async function runFiles(paths: readonly string[], options: RunOptions): Promise<string> {
  const queue = [...paths];
  const lanes = Array.from({ length: Math.min(options.processes, paths.length) }, () => runLane(queue, options));
  return (await Promise.all(lanes)).join("");
}

async function runLane(queue: string[], { timeoutMs, onResult }: RunOptions): Promise<string> {
  let worker = new TestProcess(timeoutMs);
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (!worker.isUsable) worker = new TestProcess(timeoutMs);
    onResult(await worker.run(path));
  }
  return worker.end();
}
