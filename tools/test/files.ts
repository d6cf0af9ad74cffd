/** Finds the test files to run. */
import { globSync } from "node:fs";
import { root } from "../steps.ts";

// Folders whose tests wait for compilers and processes come first, so the short tests fill the rest of the time.
const places = ["packages/lockstep/test-d", "tools", "examples", "apps", "packages", "docs"];

/**
 * Returns the paths of the quick or the slow (`*.slow.test.ts`) test files in the given folders, by default in all of them. A
 * file that is named is returned, whether it is quick or slow.
 */
export function testFiles(asked: readonly string[], kind: "quick" | "slow"): readonly string[] {
  const below = asked.length > 0 ? asked : places;
  const found = below.flatMap((place) => (place.endsWith(".ts") ? [place] : filesBelow(place, kind)));
  return [...new Set(found)];
}

function filesBelow(place: string, kind: "quick" | "slow"): readonly string[] {
  return globSync(`${place}/**/*.test.ts`, { cwd: root })
    .filter((path) => !path.includes("node_modules") && !path.includes("/dist/"))
    .filter((path) => path.endsWith(".slow.test.ts") === (kind === "slow"))
    .toSorted();
}
