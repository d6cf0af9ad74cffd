/** What was given to a command, read by type. Nothing that was given is repeated in a message. */
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

  /** @throws WrongUsage for an option that the command does not have */
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

  /** @throws WrongUsage for an argument that is missing or too many */
  checkCount({ name, arguments: wanted = [] }: Command): void {
    const missing = wanted[this.#positionals.length];
    const help = `see \`lockstep-identity ${name} --help\``;
    if (missing !== undefined) throw new WrongUsage(`${missing} is missing: ${help}`);
    if (this.#positionals.length > wanted.length) throw new WrongUsage(`There are too many arguments: ${help}`);
  }

  /** An argument, by its place. */
  at(place: number): string {
    return this.#positionals[place] ?? "";
  }

  /** The value of an option. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** @throws WrongUsage where the option is not there */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === "") throw new WrongUsage(`--${name} is missing`);
    return value;
  }

  /** Whether a switch is there. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The words of an option, separated by commas or spaces. */
  words(name: string): readonly string[] {
    return wordsOf(this.text(name));
  }

  /** @throws WrongUsage for what is no whole number within the range */
  whole(name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new WrongUsage(`--${name} is a whole number from ${min} to ${max}`);
  }

  /** @throws WrongUsage for what is none of those */
  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const choice = choices.find((each) => each === this.text(name));
    if (choice === undefined) throw new WrongUsage(`--${name} is one of: ${choices.join(", ")}`);
    return choice;
  }

  /** @throws WrongUsage without `--yes` */
  confirm(consequence: string): void {
    if (!this.has("yes")) throw new WrongUsage(`${consequence}: add --yes if that is what you want`);
  }
}

/** Words separated by commas or spaces. */
export function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(/[\s,]+/).filter((word) => word !== "");
}

/** There are no options of one letter: what begins with one hyphen is an argument, such as the id of a key that was drawn so. */
function withDashesLast(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  const [before, behind] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  const isArgument = (word: string): boolean => /^-[^-]/.test(word);
  return [...before.filter((word) => !isArgument(word)), "--", ...before.filter(isArgument), ...behind];
}

/** What `parseArgs` says, which names the option and not its value. */
function firstSentence(error: unknown): string {
  return error instanceof Error ? (error.message.split(/\. |\n/, 1)[0] ?? "") : "The options cannot be read";
}
