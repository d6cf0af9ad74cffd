/** Defines commands and the context that they run in. */
import type { Arguments } from "./arguments.ts";

/** An option of a command. */
export interface Option {
  /** The placeholder of its value in the help. A switch has none. */
  readonly value?: string;
  readonly about: string;
  /** Whether it can be written several times. */
  readonly isRepeated?: boolean;
}

/** The result of a command: a document for programs, and text for people. */
export interface Result {
  readonly json: unknown;
  readonly text: string;
  /** Whether something is wrong although the command ran. The exit code is then 1. */
  readonly isWrong?: boolean;
}

/** The services that a command uses. */
export interface Context {
  /** The columns of the terminal, from 80 to 120; 100 if the output is not a terminal. */
  readonly columns: number;
  /** The time in Unix milliseconds. */
  readonly clock: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a secret from standard input, or from a prompt that does not show it. */
  readonly secret: (prompt: string) => Promise<string>;
}

/** A command. */
export interface Command {
  /** The word of the command, for example `issuer`. */
  readonly name: string;
  readonly summary: string;
  /** The arguments that have to follow the word, in this order. */
  readonly arguments?: readonly string[];
  /** The sentence for further arguments. Default: one that names the help. */
  readonly tooMany?: string;
  readonly options?: Readonly<Record<string, Option>>;
  /** More lines for the help. */
  readonly notes?: readonly string[];
  readonly run: (given: Arguments, context: Context) => Promise<Result>;
}
