/** `npm test`: every test of the workspace. `npm test -- packages/lockstep/src/token` runs those below a folder, or one file. */
import { globSync } from "node:fs";
import { root, runSteps } from "./steps.ts";

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
runSteps([
  {
    name: `${files.length} test files`,
    command: process.execPath,
    args: ["--conditions=lockstep-source", "--test", `--test-reporter=${reporter}`, ...files.toSorted()],
  },
]);
