/** Runs one command: finds it, reads its arguments, prints its result, and returns the exit code. */
import type { Redacted } from "lockstep";
import { checkNode } from "../password/password-hash.ts";
import type { Database } from "../store/database.ts";
import { Arguments } from "./arguments.ts";
import { auditCommands } from "./audit.ts";
import { clientCommands } from "./clients.ts";
import type { Command, Context, OpenOptions, Result } from "./command.ts";
import { doctor } from "./doctor.ts";
import { type Environment, openDatabase, readKeys, settingsOver } from "./environment.ts";
import { sentenceOf, WrongUsage } from "./failure.ts";
import { helpOf, overview } from "./help.ts";
import { issuerCommands } from "./issuer.ts";
import { keyCommands } from "./keys.ts";
import { readPassword, type Terminal } from "./password.ts";
import { serviceCommands } from "./service.ts";
import { sessionCommands } from "./sessions.ts";
import { signingKeyCommands } from "./signing-keys.ts";
import { subjectCommands } from "./subjects.ts";
import { userCommands } from "./users.ts";

/** Every command. */
export const commands: readonly Command[] = [
  ...serviceCommands,
  doctor,
  ...userCommands,
  ...subjectCommands,
  ...clientCommands,
  ...keyCommands,
  ...sessionCommands,
  ...signingKeyCommands,
  ...issuerCommands,
  ...auditCommands,
];

/** The streams and environment that a command runs with. */
export interface Surroundings extends Terminal {
  readonly env: Environment;
  readonly stdout: NodeJS.WritableStream;
}

/** Runs a command. Returns the exit code: 0, 1 if it failed, 2 if the command line is wrong. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { stdout, stderr } = surroundings;
  const open = new OpenContext(surroundings);
  try {
    checkNode();
    const { text, json, isWrong = false } = await perform(args, open);
    const isJson = args.includes("--json");
    stdout.write(`${isJson ? JSON.stringify(json, undefined, 2) : text}\n`);
    return isWrong ? 1 : 0;
  } catch (error) {
    stderr.write(`lockstep-identity: ${sentenceOf(error)}\n`);
    return error instanceof WrongUsage ? 2 : 1;
  } finally {
    await open.close();
  }
}

async function perform(args: readonly string[], context: Context): Promise<Result> {
  const words = args.filter((word) => !word.startsWith("-"));
  const command = commands.find(({ name }) => name === words.slice(0, name.split(" ").length).join(" "));
  const isHelp = args.includes("--help") || args.includes("-h");
  if (command === undefined) {
    const group = commands.filter(({ name }) => name.startsWith(`${words[0] ?? ""} `));
    if (isHelp || args.length === 0) return printed(overview(group.length > 0 ? group : commands));
    if (group.length > 0)
      throw new WrongUsage(`\`${words[0]}\` needs one of: ${group.map(({ name }) => name.split(" ")[1]).join(", ")}`);
    throw new WrongUsage("See `lockstep-identity --help`: there is no such command");
  }
  if (isHelp) return printed(helpOf(command));
  const given = Arguments.parse(withoutWords(args, command), command);
  given.checkCount(command);
  return command.run(given, context);
}

/** Removes the words of the command wherever they are, so `--json users list` works too. */
function withoutWords(args: readonly string[], { name }: Command): readonly string[] {
  const rest = [...args];
  for (const word of name.split(" ")) rest.splice(rest.indexOf(word), 1);
  return rest;
}

function printed(text: string): Result {
  return { text, json: { help: text } };
}

class OpenContext implements Context {
  readonly #surroundings: Surroundings;
  #database: Database | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  async database(options?: OpenOptions): Promise<Database> {
    this.#database ??= await openDatabase(this.#surroundings.env, options);
    return this.#database;
  }

  async settings(scopes: readonly string[] = []): ReturnType<Context["settings"]> {
    return settingsOver(await this.database(), this.#surroundings.env, scopes);
  }

  keys(): ReturnType<Context["keys"]> {
    return readKeys(this.#surroundings.env);
  }

  password(): Promise<Redacted<string>> {
    return readPassword(this.#surroundings);
  }

  progress(line: string): void {
    this.#surroundings.stderr.write(`${line}\n`);
  }

  async close(): Promise<void> {
    // The command has done its work: an error while closing changes nothing.
    await this.#database?.close().catch(() => {});
  }
}
