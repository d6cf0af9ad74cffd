/** Attempts for the tests of the throttle. */
import { randomUUID } from "node:crypto";
import { type Connection, Problem, Redacted } from "lockstep";
import { insertAccount } from "../account-table/account-store.ts";
import { parseEmail } from "../mail/email.ts";
import type { Database } from "../store/database.ts";
import type { CountedAttempt, SignInAttempt, Throttle } from "./throttle.ts";

/** A request from an address. */
export function from(address: string | undefined): Connection {
  return { requestId: "request-1", address, secure: true, userAgent: undefined };
}

/** An address in a network of its own. */
export function networkNumber(number: number): string {
  return `10.${number >> 8}.${number & 255}.7`;
}

/** An attempt to sign in: by default each with another password, from a network of its own. */
export function attempt(change: Partial<Omit<SignInAttempt, "password">> & { readonly password?: string } = {}): SignInAttempt {
  drawn += 1;
  const { password = `wrong password number ${drawn}`, ...rest } = change;
  return {
    username: "ann@example.test",
    connection: from(networkNumber(drawn)),
    device: undefined,
    ...rest,
    password: new Redacted(password),
  };
}

let drawn = 0;

/** How an attempt ended: with the attempt that may be made, or with the 429. */
export async function outcome(attempted: Promise<CountedAttempt>): Promise<CountedAttempt | Problem> {
  try {
    return await attempted;
  } catch (error) {
    if (error instanceof Problem && error.status === 429) return error;
    throw error;
  }
}

/** Whether an attempt may be made. */
export async function mayGoOn(attempted: Promise<CountedAttempt>): Promise<boolean> {
  return !((await outcome(attempted)) instanceof Problem);
}

/** The header `Retry-After` of an attempt that is refused; 0 for one that is not. */
export async function waitOf(attempted: Promise<CountedAttempt>): Promise<number> {
  const ended = await outcome(attempted);
  return ended instanceof Problem ? Number(ended.headers["retry-after"]) : 0;
}

/** How many of so many attempts that are made at once may go on. */
export async function countAllowed(attempts: readonly Promise<CountedAttempt>[]): Promise<number> {
  return (await Promise.all(attempts.map(mayGoOn))).filter(Boolean).length;
}

/** Takes every free attempt on an account name. */
export async function useUp(throttle: Throttle, username: string): Promise<void> {
  for (let count = 0; count < 5; count += 1) await throttle.signIn(attempt({ username }));
}

/** Makes an account. Resolves with its id. */
export async function newAccount(database: Database, email: string): Promise<string> {
  const address = parseEmail(email);
  if (address === undefined) throw new Error("The test's address is none");
  const id = randomUUID();
  await database.transaction(() => insertAccount({ id, address, passwordHash: undefined, createdAt: 1, verifiedAt: 1 }));
  return id;
}
