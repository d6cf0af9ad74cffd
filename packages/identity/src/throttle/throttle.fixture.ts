/** Attempts for the tests of the throttle. */
import { randomUUID } from "node:crypto";
import { type Connection, Problem, Redacted, Unavailable } from "lockstep";
import { insertAccount } from "../account-table/account-store.ts";
import { parseEmail } from "../mail/email.ts";
import type { Database } from "../store/database.ts";
import type { SignInAttempt, SignInPlace, Throttle } from "./throttle.ts";

/** A request from an address. */
export function from(address: string | undefined): Connection {
  return { requestId: "request-1", address, secure: true, userAgent: undefined, signal: new AbortController().signal };
}

/** An address in a wide network of its own. */
export function networkNumber(number: number): string {
  return `10.${number >> 8}.${number & 255}.7`;
}

/** An attempt to sign in: by default each with another password, from a wide network of its own. */
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

/** How an attempt ended: it was evaluated, or refused with the 429. */
export type Ended = "evaluated" | Problem;

/** What an attempt does, once it may be made. */
export type Work = (place: SignInPlace) => Promise<void>;

/** An attempt with a wrong password. */
export const wrong: Work = () => Promise.reject(new WrongPassword());
/** An attempt with the right password. */
export const right: Work = () => Promise.resolve();
/** An attempt that was not evaluated, because the server is busy. */
export const busy: Work = () => Promise.reject(new Unavailable("busy"));

class WrongPassword extends Error {}

/** Signs in, by default with a wrong password. */
export async function signIn(throttle: Throttle, made: SignInAttempt = attempt(), work: Work = wrong): Promise<Ended> {
  return ended(throttle.signIn(made, work));
}

/** How an attempt ended. Errors other than a wrong password and the 429 are thrown. */
export async function ended(attempted: Promise<unknown>): Promise<Ended> {
  try {
    await attempted;
  } catch (error) {
    if (error instanceof Problem && error.status === 429) return error;
    if (!(error instanceof WrongPassword)) throw error;
  }
  return "evaluated";
}

/** Whether a wrong password is evaluated. */
export async function isEvaluated(throttle: Throttle, made?: SignInAttempt, work?: Work): Promise<boolean> {
  return (await signIn(throttle, made, work)) === "evaluated";
}

/** The header `Retry-After` of an attempt that is refused; 0 for one that is not. */
export async function waitOf(attempted: Promise<Ended>): Promise<number> {
  const how = await attempted;
  return how instanceof Problem ? Number(how.headers["retry-after"]) : 0;
}

/** How many attempts that are made at once are evaluated. */
export async function countEvaluated(attempts: readonly Promise<Ended>[]): Promise<number> {
  return (await Promise.all(attempts)).filter((how) => how === "evaluated").length;
}

/** Attempts that are in flight at the same time, until the gate opens. */
export interface Crowd {
  /** How many have been evaluated so far. */
  evaluated(): number;
  /** Waits until each attempt is in flight or refused, and lets them end. Resolves with how all of them ended. */
  open(): Promise<readonly Ended[]>;
}

/** Makes attempts at once. Each that may be made waits in flight. */
export function crowd(times: number, one: (work: Work, index: number) => Promise<Ended>, work: Work = wrong): Crowd {
  let evaluated = 0;
  let decided = 0;
  const gate = Promise.withResolvers<void>();
  const everyone = Promise.withResolvers<void>();
  const decide = (): void => {
    decided += 1;
    if (decided === times) everyone.resolve();
  };
  const attempts = Array.from({ length: times }, async (_, index) => {
    let isInFlight = false;
    const inFlight: Work = async (place) => {
      isInFlight = true;
      evaluated += 1;
      decide();
      await gate.promise;
      await work(place);
    };
    const how = await one(inFlight, index);
    if (!isInFlight) decide();
    return how;
  });
  return {
    evaluated: () => evaluated,
    open: async () => {
      await everyone.promise;
      gate.resolve();
      return Promise.all(attempts);
    },
  };
}

/** Fails until an account name is held. */
export async function useUp(throttle: Throttle, username: string): Promise<void> {
  for (let count = 0; count < 5; count += 1) await signIn(throttle, attempt({ username }));
}

/** Makes an account. Resolves with its id. */
export async function newAccount(database: Database, email: string): Promise<string> {
  const address = parseEmail(email);
  if (address === undefined) throw new Error("The test's address is none");
  const id = randomUUID();
  await database.transaction(() => insertAccount({ id, address, passwordHash: undefined, createdAt: 1, verifiedAt: 1 }));
  return id;
}
