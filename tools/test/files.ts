/** Which test files run. */
import { globSync } from "node:fs";
import { root } from "../steps.ts";

/** Those that wait for compilers and processes come first, so that short ones fill what is left of the time. */
const places = ["packages/lockstep/test-d", "tools", "examples", "apps", "packages", "docs"];

/**
 * The paths of the quick or the slow (`*.slow.test.ts`) test files below the places that are asked for; by default below all. A file that is
 * asked for by its name is taken as it is.
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
