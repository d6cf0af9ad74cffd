/** Runs one command: finds it, reads its arguments, prints its result, and returns the exit code. */
import { Arguments } from "./arguments.ts";
import type { Command, Context, Result } from "./command.ts";
import { sentenceOf, WrongUsage } from "./failure.ts";
import { helpOf, overview } from "./help.ts";
import { issuerCommand } from "./issuer/issuer-command.ts";
import { readSecret, type Terminal } from "./secret-input.ts";

/** Every command. A new one is a file, and an entry here. */
export const commands: readonly Command[] = [issuerCommand];

/** The streams and environment that a command runs with. */
export interface Surroundings extends Terminal {
  readonly env: Context["env"];
  readonly stdout: NodeJS.WritableStream & { readonly columns?: number };
  /** The time in Unix milliseconds. Default: `Date.now`. */
  readonly clock?: () => number;
}

/** Runs a command. Returns the exit code: 0, 1 if something is wrong or it failed, 2 if the command line is wrong. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { stdout, stderr, env, clock = Date.now } = surroundings;
  const context: Context = {
    columns: Math.min(120, Math.max(80, stdout.columns ?? 100)),
    clock,
    env,
    secret: (prompt) => readSecret(prompt, surroundings),
  };
  try {
    const { text, json, isWrong = false } = await perform(args, context);
    stdout.write(`${args.includes("--json") ? JSON.stringify(json, undefined, 2) : text}\n`);
    return isWrong ? 1 : 0;
  } catch (error) {
    stderr.write(`lockstep: ${sentenceOf(error)}\n`);
    return error instanceof WrongUsage ? 2 : 1;
  }
}

async function perform(args: readonly string[], context: Context): Promise<Result> {
  const isHelp = args.includes("--help") || args.includes("-h");
  const place = args.findIndex((word) => !word.startsWith("-"));
  const command = commands.find(({ name }) => name === args[place]);
  if (command === undefined) {
    if (place < 0 && (isHelp || args.length === 0)) return printed(overview(commands));
    throw new WrongUsage("See `lockstep --help`: there is no such command");
  }
  if (isHelp) return printed(helpOf(command));
  return command.run(Arguments.parse(args.toSpliced(place, 1), command), context);
}

function printed(text: string): Result {
  return { text, json: { help: text } };
}
