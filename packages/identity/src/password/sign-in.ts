/**
 * Signs in with a password: an attempt is counted, then hashed with the same work whatever the account is, then answered. All
 * refusals are the same; the reason goes to the audit log (L-05).
 */
import { type Redacted, Unavailable } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { accountOf, type AccountRecord, findAccountByEmail } from "../account-table/account-store.ts";
import { listPasswordCosts } from "../account-table/password-cost.ts";
import { rehashPassword } from "../account-table/password-store.ts";
import type { SignInFailure } from "../audit/event.ts";
import { emailKey } from "../mail/email.ts";
import type { Settings } from "../settings.ts";
import { issueDevice } from "../throttle/device-cookie.ts";
import type { SignInAttempt, SignInPlace } from "../throttle/throttle.ts";
import { hashPassword, needsRehash, verifyPassword } from "./password-hash.ts";

/** The result of a sign-in. */
export interface SignedIn {
  readonly account: Account;
  /** The position of the revocation log when the account was read. */
  readonly position: number;
  /** The value of the device cookie to set. A browser that has it is not locked out by wrong guesses from elsewhere. */
  readonly device: string;
}

/** Counts attempts before they cost a hash. */
export interface SignInThrottle {
  /**
   * Makes an attempt. It is counted as a failure if `work` throws.
   *
   * @throws Problem 429 after too many attempts
   */
  signIn<T>(attempt: SignInAttempt, work: (place: SignInPlace) => Promise<T>): Promise<T>;
}

/** The services for signing in. */
export interface SignInServices {
  readonly settings: Settings;
  readonly throttle: SignInThrottle;
}

/** The address or the password is wrong, or the account may not sign in. The caller is not told which. */
export class SignInRefused extends Error {
  override readonly name = "SignInRefused";

  constructor() {
    super("The sign-in was refused");
  }
}

/**
 * Signs somebody in with a password.
 *
 * @throws SignInRefused for an unknown address, a wrong password, or an account that is disabled or has no password
 * @throws Problem 429 `too_many_requests`
 * @throws Unavailable while the database is away, or if too many hashes are waiting
 */
export async function signIn(attempt: SignInAttempt, { settings, throttle }: SignInServices): Promise<SignedIn> {
  const record = await throttle.signIn(attempt, (place) => check(attempt, place, settings));
  await rehash(record, attempt.password, settings);
  return { account: accountOf(record), position: record.position, device: issueDevice(settings, record.id) };
}

async function check(
  { username, password, connection }: SignInAttempt,
  { isKnownDevice }: SignInPlace,
  { database, audit }: Settings,
): Promise<AccountRecord> {
  const [record, costs] = await Promise.all([
    database.run(findAccountByEmail(emailKey(username))),
    database.run(listPasswordCosts()),
  ]);
  const line = isKnownDevice ? "known" : "strangers";
  const isRight = await verifyPassword(password, record?.passwordHash, { line, costs });
  const reason = refusal(record, isRight);
  if (record !== undefined && reason === undefined) return record;
  const subject = record === undefined ? {} : { subject: record.id };
  audit.report({ type: "sign_in.failed", method: "password", reason: reason ?? "unknown_account", ...subject }, connection);
  throw new SignInRefused();
}

function refusal(record: AccountRecord | undefined, isRight: boolean): SignInFailure | undefined {
  if (record === undefined) return "unknown_account";
  if (record.passwordHash === undefined) return "no_password";
  if (!isRight) return "wrong_password";
  return record.disabledAt === undefined ? undefined : "disabled";
}

/** Hashes a password that was right again, if its hash is weaker than today's. */
async function rehash({ id, passwordHash }: AccountRecord, password: Redacted<string>, { database }: Settings): Promise<void> {
  if (passwordHash === undefined || !needsRehash(passwordHash)) return;
  try {
    const hash = await hashPassword(password, "known");
    await database.run(rehashPassword(id, { hash, verified: passwordHash }));
  } catch (error) {
    // The sign-in succeeds anyway, and the next one tries again.
    if (!(error instanceof Unavailable)) throw error;
  }
}
