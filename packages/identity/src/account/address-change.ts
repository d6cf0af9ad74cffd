/**
 * Changes the address of an account. The user asks with the password and confirms from the new mailbox; until then the old
 * address stays (L-21).
 */
import type { Connection } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { findAccount, findAccountByEmail, lockAccount, moveAccount } from "../account-table/account-store.ts";
import { type ParsedEmail, parseEmail } from "../mail/email.ts";
import { accountExists, addressChanged, addressChangeRequested, confirmAddress } from "../mail/message.ts";
import { wrongPassword } from "../password/own-password.ts";
import { verifyPassword } from "../password/password-hash.ts";
import { newSecret } from "../secret/opaque-token.ts";
import { type AccountServices, messageContext } from "./account-services.ts";
import { invalidLink } from "./invalid-link.ts";
import { type Link, removeLinks, saveLink, spendLink } from "./link-store.ts";
import type { LinkUse } from "./registration.ts";

/** A request of a signed-in user to change the address of their account. */
export interface AddressChange {
  readonly account: Account;
  readonly email: ParsedEmail;
  readonly connection: Connection;
}

/**
 * Sends a link to the new address and a notice to the old one. The answer does not reveal whether somebody has the address.
 *
 * @throws Problem 429
 */
export async function requestAddressChange(
  { account, email, connection }: AddressChange,
  services: AccountServices,
): Promise<void> {
  const { settings, throttle, outbox, links } = services;
  const { id } = account;
  await throttle.count("forgot", { connection, key: email.key });
  const owner = await settings.database.run(findAccountByEmail(email.key));
  const isTaken = owner !== undefined && owner.id !== id;
  const token = newSecret();
  const now = settings.clock();
  const expiresAt = now + settings.lifetimes.linkSeconds * 1000;
  await settings.audit.recorded(settings.database, connection, function* (record) {
    yield* lockAccount(id);
    yield* removeLinks(id, "change_email");
    yield* saveLink({
      token,
      purpose: "change_email",
      accountId: id,
      email: email.email,
      passwordHash: undefined,
      createdAt: now,
      expiresAt,
    });
    yield* record({ type: "account.address_change_requested", subject: id });
  });
  const context = messageContext(settings);
  const { requestId } = connection;
  outbox.post({
    to: isTaken ? owner.email : email.email,
    message: isTaken ? accountExists(context) : confirmAddress({ ...context, link: links.verify(token) }),
    kind: isTaken ? "account_exists" : "confirm_address",
    subject: id,
    requestId,
  });
  outbox.post({
    to: account.email,
    message: addressChangeRequested(context),
    kind: "address_change_requested",
    subject: id,
    requestId,
  });
}

/**
 * Moves an account to the address that the link was sent to. Returns the account's id.
 *
 * @throws Problem 400 `invalid_link`, 403 `wrong_password`
 */
export async function finishAddressChange(
  use: LinkUse,
  link: Link,
  { settings, outbox, throttle }: AccountServices,
): Promise<string> {
  const { token, password, connection } = use;
  const account = await throttle.password({ connection, key: link.email }, async () => {
    const found = await settings.database.run(findAccount(link.accountId ?? ""));
    const isRight = await verifyPassword(password, found?.passwordHash, { line: "known" });
    return isRight && found !== undefined ? found : wrongPassword(connection, settings, link.accountId);
  });
  const { id } = account;
  const now = settings.clock();
  const moved = await settings.audit.recorded(settings.database, connection, function* (record) {
    // Changing the password removes the links, so while the link exists, the password that was checked above is current.
    yield* lockAccount(id);
    const spent = yield* spendLink(token, "change_email", now);
    const address = spent && parseEmail(spent.email);
    const moved = address && (yield* moveAccount(id, address, now));
    if (moved === undefined) return undefined;
    // Links that were sent to the old address must no longer open the account.
    yield* removeLinks(id);
    yield* record({ type: "account.address_changed", subject: id });
    return moved;
  });
  if (moved === undefined) invalidLink("overtaken", connection, settings, id);
  const message = addressChanged(messageContext(settings));
  outbox.post({ to: account.email, message, kind: "address_changed", subject: id, requestId: connection.requestId });
  return id;
}
