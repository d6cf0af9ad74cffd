/** Turns an error of the command line into one sentence that says what to do. */
import { LockstepError } from "../problem/error.ts";

/** The command could not do its work. Exit code 1. */
export class Failure extends Error {
  override readonly name: string = "Failure";
}

/** The command line is wrong. Exit code 2. */
export class WrongUsage extends Failure {
  override readonly name = "WrongUsage";
}

/** Returns one sentence for an error: what to do, if that is known, and what happened. No stack, no secret. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Failure || error instanceof LockstepError) return error.message;
  return `The command failed: ${reasonOf(error)}`;
}

/** Returns the first line of an error's message. Some errors of Node have only a code. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return "for an unknown reason";
  return error.message.split("\n", 1)[0] || error.name;
}
