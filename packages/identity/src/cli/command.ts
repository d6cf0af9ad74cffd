/** What a command is, and what it is given. */
import type { Redacted } from "lockstep";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import type { IdentityKeys } from "../secret/identity-key.ts";
import type { Arguments } from "./arguments.ts";

/** An option of a command. */
export interface Option {
  /** What stands for its value in the help; none for a switch. */
  readonly value?: string;
  readonly about: string;
}

/** What a command has done: as one document for programs, and as text for people. */
export interface Result {
  readonly json: unknown;
  readonly text: string;
  /** Whether something is wrong although the command ran: exit code 1. */
  readonly isWrong?: boolean;
}

/** How the database is opened. */
export interface OpenOptions {
  /** Whether a SQLite file is made where there is none. */
  readonly mayCreate?: boolean;
  /** How long one statement may take. Milliseconds. */
  readonly statementTimeoutMs?: number;
}

/** What a command works with. */
export interface Context {
  /** The database of `DATABASE_URL`; it is closed when the command has ended. */
  database(options?: OpenOptions): Promise<Database>;
  /** What the classes of identity are given. Where `IDENTITY_SCOPES` is not set, the scopes are those that the command names. */
  settings(scopes?: readonly string[]): Promise<Settings>;
  /** The keys of `IDENTITY_KEY` and `IDENTITY_KEY_PREVIOUS`. */
  keys(): IdentityKeys;
  /** A password, from standard input or from a prompt that shows nothing. */
  password(): Promise<Redacted<string>>;
  /** Tells what is being done. */
  progress(line: string): void;
}

/** A command. */
export interface Command {
  /** Its words: `users create`. */
  readonly name: string;
  readonly summary: string;
  /** What has to follow the words, in this order. */
  readonly arguments?: readonly string[];
  readonly options?: Readonly<Record<string, Option>>;
  run(given: Arguments, context: Context): Promise<Result>;
}

/** Who the command line is, in audit events and where it is written who made something. */
export const byCommandLine = "command-line";
