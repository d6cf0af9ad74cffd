/** `npm test`: every test of the workspace. `npm test -- packages/lockstep/src/token` runs those below a folder, or one file. */
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { startPostgres } from "./postgres.ts";
import { root, statusOf } from "./steps.ts";

const asked = process.argv.slice(2);
const places = asked.length > 0 ? asked : ["packages", "apps", "examples", "docs", "tools"];
const files = places
  .flatMap((place) => (place.endsWith(".ts") ? [place] : globSync(`${place}/**/*.test.ts`, { cwd: root })))
  .filter((path) => !path.includes("node_modules") && !path.includes("/dist/"));

if (files.length === 0) {
  console.error(`There is no test below ${places.join(", ")}.`);
  process.exit(1);
}
const reporter = process.env["TEST_REPORTER"] ?? "spec";
// Every other test does without.
const needsDatabase = files.some((path) => /(?:^|\/)(?:packages\/identity|apps)\//.test(path));
const postgres = needsDatabase ? await startPostgres() : undefined;
if (postgres !== undefined) process.env["LOCKSTEP_TEST_POSTGRES"] = postgres.url;
// A test that hangs is named, instead of holding the run. One core would stay idle by default.
const limits = ["--test-timeout=180000", `--test-concurrency=${availableParallelism()}`];
const status = await statusOf({
  name: `${files.length} test files`,
  command: process.execPath,
  args: ["--conditions=lockstep-source", "--test", ...limits, `--test-reporter=${reporter}`, ...files.toSorted()],
});
await postgres?.stop();
process.exitCode = status;
