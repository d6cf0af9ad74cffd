/** Turns an error of the command line into one sentence that says what to do. */
import { LockstepError, Problem, Unavailable } from "lockstep";
import { AuditChainBroken } from "../audit/chain-link.ts";
import { WrongIdentityKey } from "../secret/identity-key.ts";
import { SealBroken } from "../secret/seal.ts";
import { SchemaTooNew } from "../store/migration.ts";

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
  if (error instanceof Failure || error instanceof SchemaTooNew || error instanceof SealBroken || error instanceof AuditChainBroken)
    return error.message;
  if (error instanceof Problem) return error.detail;
  if (error instanceof WrongIdentityKey) return `Make a key with \`lockstep-identity generate-key\`: IDENTITY_KEY ${error.message}`;
  if (error instanceof Unavailable) {
    return `Check DATABASE_URL, and whether the database is running: ${error.message} (${reasonOf(error.cause)})`;
  }
  if (error instanceof LockstepError) return error.message;
  const reason = reasonOf(error);
  if (/no such table|relation "\w+" does not exist|no such column|column "?\w+"? does not exist/.test(reason)) {
    return "Run `lockstep-identity migrate` first: the database does not have the tables of this version";
  }
  return `The command failed: ${reason}`;
}

/** Returns the first line of an error's message. Some errors of Node have only a code. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return "for an unknown reason";
  return error.message.split("\n", 1)[0] || error.name;
}
