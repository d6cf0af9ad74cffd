/**
 * Asks a signed-in user to prove again who they are, before an action that a stolen session or token must not be enough for: by
 * their password, or by a sign-in that was just now.
 */
import { type Connection, problem, type Redacted, type Secret } from "lockstep";
import { type AccountRecord, findAccount } from "../account-table/account-store.ts";
import type { User } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import { verifyPassword } from "./password-hash.ts";

/** A signed-in user with the password that was entered. */
export interface ShownPassword {
  readonly user: User;
  readonly password: Redacted<string>;
  readonly connection: Connection;
}

/** An account whose password was right. */
export type CheckedAccount = AccountRecord & { readonly passwordHash: Secret<string> };

/** The services that the checks need. */
export interface OwnPasswordServices {
  readonly settings: Settings;
  readonly throttle: {
    /** Makes an attempt with a password beside a session. It is counted as a failure if `work` throws. @throws Problem 429 */
    password<T>(about: { readonly connection: Connection; readonly key: string }, work: () => Promise<T>): Promise<T>;
  };
}

/**
 * Checks the password of the caller's own account. Returns the account.
 *
 * @throws Problem 403 `wrong_password`, 429
 */
export async function checkOwnPassword(
  { user, password, connection }: ShownPassword,
  { settings, throttle }: OwnPasswordServices,
): Promise<CheckedAccount> {
  return throttle.password({ connection, key: user.id }, async () => {
    const record = await settings.database.run(findAccount(user.id));
    const isRight = await verifyPassword(password, record?.passwordHash, { line: "known" });
    if (record?.passwordHash === undefined || !isRight) wrongPassword(connection, settings, user.id);
    return { ...record, passwordHash: record.passwordHash };
  });
}

/**
 * Checks that the caller signed in at most `recentSignInSeconds` ago, or that the request has the password of their account.
 *
 * @throws Problem 403 `sign_in_again` without either, 403 `wrong_password`, 429
 */
export async function checkRecentSignIn(
  { password, ...shown }: Omit<ShownPassword, "password"> & { readonly password?: Redacted<string> | undefined },
  services: OwnPasswordServices,
): Promise<void> {
  if (password !== undefined) {
    await checkOwnPassword({ ...shown, password }, services);
    return;
  }
  const { clock, lifetimes } = services.settings;
  const { authenticatedAt } = shown.user;
  if (authenticatedAt !== undefined && clock() - authenticatedAt <= lifetimes.recentSignInSeconds * 1000) return;
  problem(
    403,
    "sign_in_again",
    "Sign in again, or confirm your password: in this request if it has a body, or at POST /auth/session/confirm.",
  );
}

/**
 * Reports a wrong password.
 *
 * @throws Problem 403 `wrong_password`
 */
export function wrongPassword(connection: Connection, settings: Settings, subject?: string): never {
  const about = subject === undefined ? {} : { subject };
  settings.audit.report({ type: "sign_in.failed", method: "password", reason: "wrong_password", ...about }, connection);
  problem(403, "wrong_password", "The password is wrong.");
}
