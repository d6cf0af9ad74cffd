/**
 * Measures the cost of type-checking an API, by the number of its routes. One checker counts the instantiations, so they are the
 * same in every run. The seconds depend on the machine. `node --conditions=lockstep-source bench/types/measure.ts`
 */
import { join } from "node:path";
import { type Compilation, compile, type Compiler, compilers, list, scratch } from "../../packages/lockstep/test-d/compiler.ts";
import { apiModules } from "./generate.ts";

/** Compiles an API with this number of routes. */
export async function measure(compiler: Compiler, routeCount: number): Promise<Compilation> {
  const modules = apiModules(routeCount);
  using directory = scratch(new Map([["package.json", '{ "type": "module" }'], ...modules]));
  const files = [...modules.keys()].map((name) => join(directory.path, name));
  const compilation = await compile(compiler, files);
  const wrong = compilation.diagnostics.filter(({ file }) => file.startsWith(directory.path));
  // A program with errors would not be a measurement.
  if (wrong.length > 0) throw new Error(list(wrong));
  return compilation;
}

/** Prints a table for both compilers. */
export async function benchTypes(routeCounts: readonly number[] = [0, 100, 1_000, 2_000]): Promise<void> {
  for (const compiler of compilers) {
    const base = await measure(compiler, 0);
    console.log(`${compiler.name}\n  routes  instantiations  a route  check`);
    for (const count of routeCounts) {
      const { instantiations, checkSeconds } = count === 0 ? base : await measure(compiler, count);
      const each = count === 0 ? "" : ((instantiations - base.instantiations) / count).toFixed(0);
      console.log(
        [
          count.toString().padStart(8),
          instantiations.toString().padStart(16),
          each.padStart(9),
          `${checkSeconds.toFixed(2)} s`.padStart(8),
        ].join(""),
      );
    }
  }
}

if (import.meta.main) await benchTypes();
