/** Asks a signed-in user for the password: to change it, or before an action that needs more than a session. */
import type { Connection, Redacted, Secret } from "lockstep";
import { type AccountRecord, findAccount, lockAccount } from "../account-table/account-store.ts";
import { changePasswordHash } from "../account-table/password-store.ts";
import { passwordChanged } from "../mail/message.ts";
import { hashPassword, verifyPassword } from "../password/password-hash.ts";
import { checkNewPassword } from "../password/password-policy.ts";
import type { User } from "../principal/principal.ts";
import { endSessions } from "../session/end-session.ts";
import { type AccountServices, messageContext } from "./account-services.ts";
import { wrongPassword } from "./invalid-link.ts";
import { removeLinks } from "./link-store.ts";

/** A signed-in user with the password that was entered. */
export interface ShownPassword {
  readonly user: User;
  readonly password: Redacted<string>;
  readonly connection: Connection;
}

/** An account whose password was right. */
export type CheckedAccount = AccountRecord & { readonly passwordHash: Secret<string> };

/**
 * Checks the password of the caller's own account. Returns the account.
 *
 * @throws Problem 403 `wrong_password`, 429
 */
export async function checkOwnPassword(
  { user, password, connection }: ShownPassword,
  { settings, throttle }: Pick<AccountServices, "settings" | "throttle">,
): Promise<CheckedAccount> {
  return throttle.password({ connection, key: user.id }, async () => {
    const record = await settings.database.run(findAccount(user.id));
    const isRight = await verifyPassword(password, record?.passwordHash, { line: "known" });
    if (record?.passwordHash === undefined || !isRight) wrongPassword(connection, settings, user.id);
    return { ...record, passwordHash: record.passwordHash };
  });
}

/**
 * Changes the password of the caller's account and ends every other session of it (S-05). Links that were sent become invalid.
 *
 * @throws Problem 403 `wrong_password` (also if another request has just changed the password), 422 `weak_password`, 429
 */
export async function changePassword(
  shown: ShownPassword & { readonly newPassword: Redacted<string> },
  services: AccountServices,
): Promise<void> {
  const { settings, outbox } = services;
  const { user, newPassword, connection } = shown;
  const { id, email, passwordHash: verified } = await checkOwnPassword(shown, services);
  checkNewPassword(newPassword, { email, service: settings.issuer });
  const hash = await hashPassword(newPassword, "known");
  const others = { accountId: id, ...(user.sessionId === undefined ? {} : { except: user.sessionId }) };
  const isChanged = await settings.audit.recorded(settings.database, connection, function* (record) {
    yield* lockAccount(id);
    if (!(yield* changePasswordHash(id, { hash, now: settings.clock(), verified }))) return false;
    yield* endSessions(others, "password_changed", record, settings);
    yield* removeLinks(id);
    yield* record({ type: "password.changed", subject: id });
    return true;
  });
  if (!isChanged) wrongPassword(connection, settings, id);
  const message = passwordChanged(messageContext(settings));
  outbox.post({ to: email, message, kind: "password_changed", subject: id, requestId: connection.requestId });
}
