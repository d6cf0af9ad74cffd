/** Measures the time and the memory of importing each package. Each figure comes from a new process. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { show, spreadOf } from "../spread.ts";

const folder = fileURLToPath(new URL("../../packages/", import.meta.url));
const packages = {
  lockstep: `${folder}lockstep/dist/index.js`,
  "lockstep/jwt": `${folder}lockstep/dist/token/index.js`,
  "lockstep-identity": `${folder}identity/dist/index.js`,
  "lockstep-identity/sqlite": `${folder}identity/dist/store/sqlite/index.js`,
  "lockstep-identity/postgres": `${folder}identity/dist/store/postgres/index.js`,
} as const;

const script = (path: string): string => `
  const before = process.memoryUsage().rss;
  const began = performance.now();
  await import(${JSON.stringify(path)});
  const ms = performance.now() - began;
  console.log(JSON.stringify({ ms, bytes: process.memoryUsage().rss - before }));`;

/** Prints import times and memory of the built packages (`npm run build` first). */
export function benchStart(rounds: number): void {
  console.log(`\nImporting the built package in a new process (median, min–max of ${rounds})\n`);
  console.log("| import | ms | MB of memory |\n|---|---|---|");
  for (const [name, path] of Object.entries(packages)) {
    const runs = Array.from({ length: rounds }, () => {
      const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script(path)], { encoding: "utf8" });
      // The script above prints this.
      return JSON.parse(output) as { readonly ms: number; readonly bytes: number };
    });
    const cells = [spreadOf(runs.map(({ ms }) => ms)), spreadOf(runs.map(({ bytes }) => bytes / 1e6))].map((spread) =>
      show(spread, 1),
    );
    console.log(`| \`${name}\` | ${cells.join(" | ")} |`);
  }
}
