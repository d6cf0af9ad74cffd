/**
 * Invites people: an administrator names an address, and its owner chooses the password with the link in the mail. So the
 * address is verified, and nobody else ever knew the password. Works while registration is closed.
 */
import { randomUUID } from "node:crypto";
import { type Connection, problem, type Redacted } from "lockstep";
import { findAccountByEmail, lockAccount, lockAddress } from "../account-table/account-store.ts";
import { emailKey, type ParsedEmail, parseEmail } from "../mail/email.ts";
import { invitation } from "../mail/message.ts";
import { hashPassword } from "../password/password-hash.ts";
import { checkNewPassword } from "../password/password-policy.ts";
import { newSecret } from "../secret/opaque-token.ts";
import { holdSession } from "../session/session-store.ts";
import { type AccountServices, messageContext } from "./account-services.ts";
import { invalidLink } from "./invalid-link.ts";
import { saveInvitation, spendInvitation } from "./invitation-store.ts";
import { findLink } from "./link-store.ts";
import { makeAccount } from "./make-account.ts";

/** A request of an administrator to invite somebody. */
export interface Invitation {
  readonly email: ParsedEmail;
  /** The administrator: their account, and the session of their credential. */
  readonly by: { readonly id: string; readonly sessionId: string | undefined };
  readonly connection: Connection;
}

/** The token of an invitation that was opened, and the password that was chosen. */
export interface Acceptance {
  readonly token: Redacted<string>;
  readonly password: Redacted<string>;
  readonly connection: Connection;
}

/**
 * Sends an invitation. It ends when it is used, after `invitationSeconds`, when another is sent to the same address, and with the
 * account of the administrator: when it is disabled, deleted or gets another password.
 *
 * @throws Problem 409 `address_taken`, 403 `sign_in_again` if the administrator's account or session has just ended
 */
export async function sendInvitation(
  { email, by, connection }: Invitation,
  { settings, outbox, links }: Omit<AccountServices, "throttle">,
): Promise<void> {
  const { clock, lifetimes, audit, database } = settings;
  const token = newSecret();
  await audit.recorded(database, connection, function* (record) {
    yield* lockAccount(by.id);
    yield* lockAddress(email.key);
    const now = clock();
    // Administrators can list all accounts, so this tells them nothing new.
    if ((yield* findAccountByEmail(email.key)) !== undefined)
      problem(409, "address_taken", "An account with this address already exists.");
    const isHeld = by.sessionId === undefined || (yield* holdSession(by.sessionId, now));
    const expiresAt = now + lifetimes.invitationSeconds * 1000;
    if (!isHeld || !(yield* saveInvitation({ token, address: email, by: by.id, createdAt: now, expiresAt })))
      problem(403, "sign_in_again", "Sign in again: this sign-in has ended.");
    yield* record({ type: "invitation.sent", by: by.id });
  });
  outbox.post({
    to: email.email,
    message: invitation({ ...messageContext(settings), linkSeconds: lifetimes.invitationSeconds, link: links.invite(token) }),
    kind: "invitation",
    requestId: connection.requestId,
  });
}

/**
 * Makes the account of an invitation. Returns its id. Nobody is signed in.
 *
 * @throws Problem 400 `invalid_link`, 422 `weak_password`, 429
 */
export async function acceptInvitation(
  { token, password, connection }: Acceptance,
  { settings, throttle }: Pick<AccountServices, "settings" | "throttle">,
): Promise<string> {
  const { database, clock, audit, issuer } = settings;
  const link = await database.run(findLink(token, clock()));
  if (link?.purpose !== "invite") {
    await throttle.failed("link", connection);
    invalidLink("unknown", connection, settings);
  }
  checkNewPassword(password, { email: link.email, service: issuer });
  const passwordHash = await hashPassword(password, "known");
  const id = randomUUID();
  const account = await audit.recorded(database, connection, function* (record) {
    // Before the row of the link, in the order of `sendInvitation()`, so neither waits for the other.
    yield* lockAddress(emailKey(link.email));
    const now = clock();
    const spent = yield* spendInvitation(token, now);
    const address = spent && parseEmail(spent.email);
    if (spent === undefined || address === undefined) return undefined;
    const made = yield* makeAccount({ id, address, passwordHash, createdAt: now, verifiedAt: now }, settings);
    if (made !== undefined) yield* record({ type: "invitation.accepted", subject: id, by: spent.by });
    return made;
  });
  if (account === undefined) invalidLink("overtaken", connection, settings);
  return account.id;
}
