/** Defines commands and the context that they run in. */
import type { Redacted } from "lockstep";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import type { IdentityKeys } from "../secret/identity-key.ts";
import type { Arguments } from "./arguments.ts";

/** An option of a command. */
export interface Option {
  /** The placeholder of its value in the help. A switch has none. */
  readonly value?: string;
  readonly about: string;
}

/** The result of a command: a document for programs, and text for people. */
export interface Result {
  readonly json: unknown;
  readonly text: string;
  /** Whether something is wrong although the command ran. The exit code is then 1. */
  readonly isWrong?: boolean;
}

/** Options for opening the database. */
export interface OpenOptions {
  /** Whether a SQLite file is made if it does not exist. */
  readonly mayCreate?: boolean;
  /** How long one statement may take. Milliseconds. */
  readonly statementTimeoutMs?: number;
}

/** The services that a command uses. */
export interface Context {
  /** The database of `DATABASE_URL`. It is closed when the command has ended. */
  database(options?: OpenOptions): Promise<Database>;
  /**
   * The settings for the classes of identity. If `IDENTITY_SCOPES` is not set, the known scopes are those that the command names.
   */
  settings(scopes?: readonly string[]): Promise<Settings>;
  /** The keys of `IDENTITY_KEY` and `IDENTITY_KEY_PREVIOUS`. */
  keys(): IdentityKeys;
  /** Reads a password from standard input, or from a prompt that does not show it. */
  password(): Promise<Redacted<string>>;
  /** Prints progress. */
  progress(line: string): void;
}

/** A command. */
export interface Command {
  /** The words of the command, for example `users create`. */
  readonly name: string;
  readonly summary: string;
  /** The arguments that have to follow the words, in this order. */
  readonly arguments?: readonly string[];
  readonly options?: Readonly<Record<string, Option>>;
  run(given: Arguments, context: Context): Promise<Result>;
}

/** The name of the command line, in audit events and as the maker of records. */
export const byCommandLine = "command-line";
