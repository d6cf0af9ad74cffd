/** Reads the arguments and options of a command by type. No message repeats a value, because it may be a secret. */
import { parseArgs } from "node:util";
import type { Command, Option } from "./command.ts";
import { WrongUsage } from "./failure.ts";

/** The options of every command. */
export const commonOptions: Readonly<Record<string, Option>> = {
  json: { about: "Print one JSON document" },
  help: { about: "Show this help" },
};

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** The arguments and options of one call. */
export class Arguments {
  readonly #positionals: readonly string[];
  readonly #values: Values;

  private constructor(positionals: readonly string[], values: Values) {
    this.#positionals = positionals;
    this.#values = values;
  }

  /**
   * Reads the command line of a command.
   *
   * @throws WrongUsage for an option that the command does not have, and for missing and further arguments
   */
  static parse(args: readonly string[], command: Command): Arguments {
    const known = { ...commonOptions, ...command.options };
    const options = Object.entries(known).map(
      ([name, { value, isRepeated = false }]) =>
        [name, { type: value === undefined ? "boolean" : "string", multiple: isRepeated }] as const,
    );
    const help = `see \`lockstep ${command.name} --help\``;
    const parsed = parsedOf(args, Object.fromEntries(options), help);
    const { arguments: wanted = [], tooMany = `Too many arguments: ${help}` } = command;
    const missing = wanted[parsed.positionals.length];
    if (missing !== undefined) throw new WrongUsage(`${missing} is missing: ${help}`);
    if (parsed.positionals.length > wanted.length) throw new WrongUsage(tooMany);
    return new Arguments(parsed.positionals, parsed.values);
  }

  /** Returns an argument by its position, from 0. */
  at(place: number): string {
    return this.#positionals[place] ?? "";
  }

  /** Returns the value of an option, if it is not empty. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** Whether a switch is set. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** Returns each value of an option that can be written several times. */
  each(name: string): readonly string[] {
    const values = this.#values[name];
    return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
  }

  /** Returns the words of an option, separated by commas or spaces; `undefined` without the option. */
  words(name: string): readonly [string, ...string[]] | undefined {
    const [first, ...others] = (this.text(name) ?? "").split(/[\s,]+/).filter((word) => word !== "");
    return first === undefined ? undefined : [first, ...others];
  }
}

interface Parsed {
  readonly positionals: readonly string[];
  readonly values: Values;
}

function parsedOf(
  args: readonly string[],
  options: Record<string, { readonly type: "boolean" | "string"; readonly multiple: boolean }>,
  help: string,
): Parsed {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new WrongUsage(`${firstSentence(error)}: ${help}`);
  }
}

/** Returns the message of `parseArgs`, which names the option and not its value. */
function firstSentence(error: unknown): string {
  return error instanceof Error ? (error.message.split(/\. |\n/, 1)[0] ?? "") : "The options cannot be read";
}
