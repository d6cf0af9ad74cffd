/**
 * `npm test`: runs every quick test of the workspace. `npm test -- packages/lockstep/src/token` runs those in a folder, or one
 * file. `npm run test:slow` (`--slow`) runs the slow tests. `npm run test:watch` (`--watch`) runs a place again after each
 * change.
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
  console.error(
    `Pass a folder or a file with tests: there is no ${isSlow ? "slow " : ""}test in ${asked.join(", ") || "the workspace"}.`,
  );
  process.exit(1);
}

// No other test needs PostgreSQL.
const needsDatabase = files.some((path) =>
  /(?:^|\/)(?:packages\/identity|packages\/lockstep\/src\/rate-limit|apps)\/|postgres(?:\.slow)?\.test\.ts$/.test(path),
);
// Never the server of DATABASE_URL, which may contain data that somebody needs.
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
    // One more than there are cores, because tests wait for processes, sockets and PostgreSQL.
    processes: availableParallelism() + 1,
    // A file that hangs is stopped and named, so it does not hold up the run.
    timeoutMs: Number(process.env["LOCKSTEP_TEST_TIMEOUT_MS"] ?? 180_000),
    onResult: (result) => {
      summary.add(result);
      process.stdout.write(result.output + result.tree);
    },
  });
  process.stdout.write(summary.close(problems));
  return summary.isGood ? 0 : 1;
}

/** Runs each file in a process of its own, as Node's runner does it, so a change runs only the files that it affects. */
async function watch(paths: readonly string[]): Promise<number> {
  const args = ["--conditions=lockstep-source", "--test", "--watch", ...paths];
  return statusOf({ name: `watching ${paths.length} test files`, command: process.execPath, args });
}
