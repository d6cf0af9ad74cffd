/** Resets a lost password through the account's mailbox (L-19, L-20). */
import type { Connection, Redacted } from "lockstep";
import { findAccountByEmail, lockAccount } from "../account-table/account-store.ts";
import { resetPasswordHash } from "../account-table/password-store.ts";
import { endEverythingOf } from "../lineage/end-account.ts";
import type { ParsedEmail } from "../mail/email.ts";
import { passwordChanged, resetPassword as resetMessage } from "../mail/message.ts";
import { hashPassword } from "../password/password-hash.ts";
import { checkNewPassword } from "../password/password-policy.ts";
import { newSecret } from "../secret/opaque-token.ts";
import { type AccountServices, messageContext } from "./account-services.ts";
import { invalidLink } from "./invalid-link.ts";
import { findLink, removeLinks, saveLink, spendLink } from "./link-store.ts";

/** A request for a link, by somebody who has lost a password. */
export interface LostPassword {
  readonly email: ParsedEmail;
  readonly connection: Connection;
}

/**
 * Sends a link to reset the password, if there is an account that may sign in. Earlier links become invalid. Without an account,
 * the answer and the work are the same.
 *
 * @throws Problem 429
 */
export async function requestReset({ email, connection }: LostPassword, services: AccountServices): Promise<void> {
  const { settings, throttle, outbox, links } = services;
  const { database, lifetimes, clock, audit } = settings;
  await throttle.count("forgot", { connection, key: email.key });
  const found = await database.run(findAccountByEmail(email.key));
  const account = found?.disabledAt === undefined ? found : undefined;
  const token = newSecret();
  const now = clock();
  await database.transaction(function* () {
    // Without an account, the same work is done, and the token is sent to nobody.
    yield* lockAccount(account?.id ?? email.key);
    yield* removeLinks(account?.id ?? email.key, "reset");
    yield* saveLink({
      token,
      purpose: "reset",
      accountId: account?.id,
      email: account?.email ?? email.email,
      passwordHash: undefined,
      createdAt: now,
      expiresAt: now + lifetimes.linkSeconds * 1000,
    });
  });
  if (account === undefined) {
    audit.report({ type: "link.refused", reason: found === undefined ? "no_account" : "account_disabled" }, connection);
    return;
  }
  audit.report({ type: "password.reset_requested", subject: account.id }, connection);
  const message = resetMessage({ ...messageContext(settings), link: links.reset(token) });
  outbox.post({ to: account.email, message, kind: "reset", subject: account.id, requestId: connection.requestId });
}

/** The token of a link that was opened, and the new password. */
export interface Reset {
  readonly token: Redacted<string>;
  readonly password: Redacted<string>;
  readonly connection: Connection;
}

/**
 * Sets the password of the account that the link was sent to, and of no other. Confirms its address and ends its sessions,
 * tokens, API keys and links. Nobody is signed in: somebody who has only the link still has to pass every other check of a
 * sign-in.
 *
 * @throws Problem 400 `invalid_link`, 422 `weak_password`, 429
 */
export async function finishReset({ token, password, connection }: Reset, services: AccountServices): Promise<void> {
  const { settings, throttle, outbox } = services;
  const { database, clock, audit, issuer } = settings;
  const link = await database.run(findLink(token, clock()));
  const id = link?.accountId;
  if (link?.purpose !== "reset" || id === undefined) {
    await throttle.failed("link", connection);
    invalidLink("unknown", connection, settings);
  }
  const { email } = link;
  checkNewPassword(password, { email, service: issuer });
  const hash = await hashPassword(password, "known");
  const isReset = await audit.recorded(database, connection, function* (record) {
    yield* lockAccount(id);
    const now = clock();
    const spent = yield* spendLink(token, "reset", now);
    // If the account has moved to another address in the meantime, a link to the old one does not open it.
    if (spent === undefined || !(yield* resetPasswordHash(id, { hash, now, email }))) return false;
    yield* endEverythingOf(id, { reason: "password_changed" }, record, settings);
    yield* record({ type: "password.reset", subject: id });
    return true;
  });
  if (!isReset) invalidLink("overtaken", connection, settings, id);
  await throttle.passwordReplaced(email);
  const message = passwordChanged(messageContext(settings));
  outbox.post({ to: email, message, kind: "password_changed", subject: id, requestId: connection.requestId });
}
