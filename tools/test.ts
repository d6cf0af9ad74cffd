/**
 * `npm test`: every quick test of the workspace. `npm test -- packages/lockstep/src/token` runs those below a folder, or one file.
 * `npm run test:slow` (`--slow`) runs the slow ones, `npm run test:watch` (`--watch`) runs a place again whenever something changes.
 */
import { availableParallelism } from "node:os";
import { startPostgres } from "./postgres.ts";
import { statusOf } from "./steps.ts";
import { testFiles } from "./test/files.ts";
import { runFiles } from "./test/run-files.ts";
import { Summary } from "./test/summary.ts";

const isSlow = process.argv.includes("--slow");
const isWatching = process.argv.includes("--watch");
const asked = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const files = testFiles(asked, isSlow ? "slow" : "quick");
if (files.length === 0) {
  console.error(`There is no ${isSlow ? "slow " : ""}test below ${asked.join(", ") || "the workspace"}.`);
  process.exit(1);
}

// Every other test does without.
const needsDatabase = files.some((path) => /(?:^|\/)(?:packages\/identity|apps)\//.test(path));
// Never the server of DATABASE_URL, which may hold what somebody needs.
const postgres = needsDatabase ? await startPostgres({}) : undefined;
if (postgres !== undefined) process.env["LOCKSTEP_TEST_POSTGRES"] = postgres.url;
try {
  process.exitCode = isWatching ? await watch(files) : await runOnce(files);
} finally {
  await postgres?.stop();
}

async function runOnce(paths: readonly string[]): Promise<number> {
  console.log(`• ${paths.length} test files`);
  const summary = new Summary(process.env["CI"] === "true");
  const problems = await runFiles(paths, {
    // One more than there are cores: tests wait for processes, sockets and PostgreSQL.
    processes: availableParallelism() + 1,
    // A file that hangs is given up and named, instead of holding the run.
    timeoutMs: Number(process.env["LOCKSTEP_TEST_TIMEOUT_MS"] ?? 180_000),
    onResult: (result) => {
      summary.add(result);
      process.stdout.write(result.output + result.tree);
    },
  });
  process.stdout.write(summary.close(problems));
  return summary.isGood ? 0 : 1;
}

/** Each file in a process of its own, as Node's runner does it: only what a change reaches runs again. */
async function watch(paths: readonly string[]): Promise<number> {
  const args = ["--conditions=lockstep-source", "--test", "--watch", ...paths];
  return statusOf({ name: `watching ${paths.length} test files`, command: process.execPath, args });
}
