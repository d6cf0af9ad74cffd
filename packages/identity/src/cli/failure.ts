/** What goes wrong on the command line, as one sentence that says what to do. */
import { LockstepError, Problem, Unavailable } from "lockstep";
import { WrongIdentityKey } from "../secret/identity-key.ts";
import { SealBroken } from "../secret/seal.ts";
import { SchemaTooNew } from "../store/migration.ts";

/** The command could not do what it was told to: exit code 1. */
export class Failure extends Error {
  override readonly name: string = "Failure";
}

/** The command was written in a wrong way: exit code 2. */
export class WrongUsage extends Failure {
  override readonly name = "WrongUsage";
}

/** One sentence for an error: what happened and, where that is known, what to do. No stack, no secret. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Failure || error instanceof SchemaTooNew || error instanceof SealBroken) return error.message;
  if (error instanceof Problem) return error.detail;
  if (error instanceof WrongIdentityKey) return `IDENTITY_KEY ${error.message}: make one with \`lockstep-identity generate-key\``;
  if (error instanceof Unavailable) {
    return `${error.message} (${reasonOf(error.cause)}): check DATABASE_URL, and whether the database is running`;
  }
  if (error instanceof LockstepError) return error.message;
  const reason = reasonOf(error);
  if (/no such table|relation "\w+" does not exist|no such column|column "?\w+"? does not exist/.test(reason)) {
    return "The database has not the tables of this version: run `lockstep-identity migrate` first";
  }
  return `The command failed: ${reason}`;
}

/** The first line of what an error says. Some of those that Node makes say nothing but a code. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return "for an unknown reason";
  return error.message.split("\n", 1)[0] || error.name;
}
