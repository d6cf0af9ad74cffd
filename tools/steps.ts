/** Runs named steps one after another. Each is a command. The first that fails ends the run with its exit code. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The repository's root, with a trailing slash. */
export const root: string = fileURLToPath(new URL("../", import.meta.url));

/** One command, with a name for the output. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Returns the path of a command that a package in `node_modules` provides. */
export function binary(name: string): string {
  return `${root}node_modules/.bin/${name}`;
}

/** Runs the steps, prints each with its time, and exits with the code of the first that fails. */
export async function runSteps(steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const status = await statusOf(step);
    if (status !== 0) process.exit(status);
  }
}

/**
 * Runs one step, prints it with its time, and returns its exit code. It does not block this process, because servers that this
 * process started may need it.
 */
export async function statusOf({ name, command, args }: Step): Promise<number> {
  const started = performance.now();
  console.log(`• ${name}`);
  const child = spawn(command, args, { cwd: root, stdio: "inherit" });
  const [status]: unknown[] = await once(child, "close");
  if (status === 0) console.log(`  ${((performance.now() - started) / 1000).toFixed(1)} s`);
  else console.error(`✗ ${name} failed`);
  return typeof status === "number" ? status : 1;
}
