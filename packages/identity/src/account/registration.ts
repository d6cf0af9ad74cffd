/**
 * Registers accounts, in two steps. The first answers the same, after the same work, whether or not the address has an account
 * (L-05). The second makes the account. It needs the link, which only the owner of the mailbox has, and the password, which only
 * the person who registered knows. So nobody can prepare an account with somebody else's address and wait for them to confirm it.
 */
import { randomUUID } from "node:crypto";
import type { Connection, Redacted } from "lockstep";
import { findAccountByEmail } from "../account-table/account-store.ts";
import { type ParsedEmail, parseEmail } from "../mail/email.ts";
import { accountExists, confirmRegistration } from "../mail/message.ts";
import { wrongPassword } from "../password/own-password.ts";
import { hashPassword, verifyPassword } from "../password/password-hash.ts";
import { checkNewPassword } from "../password/password-policy.ts";
import { newSecret } from "../secret/opaque-token.ts";
import { type AccountServices, messageContext } from "./account-services.ts";
import { invalidLink } from "./invalid-link.ts";
import { makeAccount } from "./make-account.ts";
import { type Link, saveLink, spendLink } from "./link-store.ts";

/** A request to register. */
export interface Registration {
  readonly email: ParsedEmail;
  readonly password: Redacted<string>;
  readonly connection: Connection;
}

/**
 * Starts a registration and sends a message: a link to confirm the address, or the news that the address already has an account.
 *
 * @throws Problem 422 `weak_password`, 429
 */
export async function register({ email, password, connection }: Registration, services: AccountServices): Promise<void> {
  const { settings, throttle, outbox, links } = services;
  const { database, lifetimes, clock, audit, issuer } = settings;
  checkNewPassword(password, { email: email.email, service: issuer });
  await throttle.count("register", { connection, key: email.key });
  const passwordHash = await hashPassword(password);
  const existing = await database.run(findAccountByEmail(email.key));
  const token = newSecret();
  const now = clock();
  // The link is saved in both cases, so both cost the same. If there is an account, the token is sent to nobody.
  const link = { token, purpose: "register", accountId: undefined, email: email.email, passwordHash } as const;
  await database.transaction(() => saveLink({ ...link, createdAt: now, expiresAt: now + lifetimes.linkSeconds * 1000 }));
  const about = existing === undefined ? {} : { subject: existing.id };
  audit.report({ type: "account.registration_requested", ...about }, connection);
  const context = messageContext(settings);
  outbox.post({
    // If there is an account, its stored address: a message never goes to another spelling of it.
    to: existing?.email ?? email.email,
    message: existing === undefined ? confirmRegistration({ ...context, link: links.verify(token) }) : accountExists(context),
    kind: existing === undefined ? "confirm_registration" : "account_exists",
    requestId: connection.requestId,
    ...about,
  });
}

/** The token of a link that was opened, and the password that was entered. */
export interface LinkUse {
  readonly token: Redacted<string>;
  readonly password: Redacted<string>;
  readonly connection: Connection;
}

/**
 * Makes the account of a registration. Returns its id. If two registrations have one address, the first to finish gets it.
 *
 * @throws Problem 400 `invalid_link`, 403 `wrong_password`
 */
export async function finishRegistration(use: LinkUse, link: Link, { settings, throttle }: AccountServices): Promise<string> {
  const { token, password, connection } = use;
  // A wrong password does not spend the link: it may be a typing error, and the attempts are counted.
  await throttle.password({ connection, key: link.email }, async () => {
    if (!(await verifyPassword(password, link.passwordHash, { line: "known" }))) wrongPassword(connection, settings);
  });
  const now = settings.clock();
  const id = randomUUID();
  const account = await settings.audit.recorded(settings.database, connection, function* (record) {
    const spent = yield* spendLink(token, "register", now);
    const address = spent && parseEmail(spent.email);
    if (spent === undefined || address === undefined) return undefined;
    const about = { id, createdAt: now, verifiedAt: now, isSelfRegistered: true };
    const made = yield* makeAccount({ ...about, address, passwordHash: spent.passwordHash }, settings);
    if (made !== undefined) yield* record({ type: "account.registered", subject: id });
    return made;
  });
  if (account === undefined) invalidLink("overtaken", connection, settings);
  return account.id;
}
