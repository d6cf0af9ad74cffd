/** Reads the arguments and options of a command by type. No message repeats a value, because it may be a secret. */
import { parseArgs } from "node:util";
import type { Command, Option } from "./command.ts";
import { WrongUsage } from "./failure.ts";

/** The options of every command. */
export const commonOptions: Readonly<Record<string, Option>> = {
  json: { about: "Print one JSON document" },
  help: { about: "Show this help" },
};

/** The arguments and options of one call. */
export class Arguments {
  readonly #positionals: readonly string[];
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;

  private constructor(positionals: readonly string[], values: Readonly<Record<string, string | boolean | undefined>>) {
    this.#positionals = positionals;
    this.#values = values;
  }

  /**
   * Reads the command line of a command.
   *
   * @throws WrongUsage for an option that the command does not have
   */
  static parse(args: readonly string[], command: Command): Arguments {
    const known = { ...commonOptions, ...command.options };
    const options = Object.entries(known).map(
      ([name, { value }]) => [name, { type: value === undefined ? "boolean" : "string" }] as const,
    );
    try {
      const { positionals, values } = parseArgs({
        args: withDashesLast(args),
        options: Object.fromEntries(options),
        allowPositionals: true,
      });
      return new Arguments(positionals, values);
    } catch (error) {
      throw new WrongUsage(`${firstSentence(error)}: see \`lockstep-identity ${command.name} --help\``);
    }
  }

  /**
   * Checks the number of arguments.
   *
   * @throws WrongUsage if an argument is missing, or if there are too many
   */
  checkCount({ name, arguments: wanted = [] }: Command): void {
    const missing = wanted[this.#positionals.length];
    const help = `see \`lockstep-identity ${name} --help\``;
    if (missing !== undefined) throw new WrongUsage(`${missing} is missing: ${help}`);
    if (this.#positionals.length > wanted.length) throw new WrongUsage(`Too many arguments: ${help}`);
  }

  /** Returns an argument by its position, from 0. */
  at(place: number): string {
    return this.#positionals[place] ?? "";
  }

  /** Returns the value of an option. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /**
   * Returns the value of an option that is required.
   *
   * @throws WrongUsage if the option is missing
   */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === "") throw new WrongUsage(`--${name} is missing`);
    return value;
  }

  /** Whether a switch is set. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** Returns the words of an option, separated by commas or spaces. */
  words(name: string): readonly string[] {
    return wordsOf(this.text(name));
  }

  /**
   * Returns the value of an option as a whole number.
   *
   * @throws WrongUsage if it is not a whole number within the range
   */
  whole(name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new WrongUsage(`--${name} must be a whole number from ${min} to ${max}`);
  }

  /**
   * Returns the value of an option as one of the choices.
   *
   * @throws WrongUsage if it is not one of them
   */
  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const choice = choices.find((each) => each === this.text(name));
    if (choice === undefined) throw new WrongUsage(`--${name} must be one of: ${choices.join(", ")}`);
    return choice;
  }

  /**
   * Asks for confirmation.
   *
   * @throws WrongUsage without `--yes`
   */
  confirm(consequence: string): void {
    if (!this.has("yes")) throw new WrongUsage(`Add --yes to confirm: ${consequence}`);
  }
}

/** Splits a text into words, separated by commas or spaces. */
export function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(/[\s,]+/).filter((word) => word !== "");
}

/**
 * There are no options of one letter, so an argument with one hyphen in front is a value, such as the id of a key that starts
 * with it.
 */
function withDashesLast(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  const [before, behind] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  const isArgument = (word: string): boolean => /^-[^-]/.test(word);
  return [...before.filter((word) => !isArgument(word)), "--", ...before.filter(isArgument), ...behind];
}

/** Returns the message of `parseArgs`, which names the option and not its value. */
function firstSentence(error: unknown): string {
  return error instanceof Error ? (error.message.split(/\. |\n/, 1)[0] ?? "") : "The options cannot be read";
}
