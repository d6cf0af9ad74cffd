/** Links that were sent by mail. One row is one attempt, and is spent by deleting it: of fifty at once, one gets it (RULES R6). */
import { type Redacted, secret, type Secret } from "lockstep";
import { hashOfSecret, isSecretFormat } from "../secret/opaque-token.ts";
import { textOf, textOrNone } from "../store/row.ts";
import { all, first, type Row, sql, type Work } from "../store/statement.ts";

/** What a link is good for, and for nothing else. */
export type LinkPurpose = "register" | "reset" | "change_email";

/** A link, as it is kept: whoever reads it here cannot use it. */
export interface Link {
  readonly purpose: LinkPurpose;
  /** Whose it is; none while there is no account. */
  readonly accountId: string | undefined;
  /** The address it was sent to. */
  readonly email: string;
  /** The password that was chosen with it. */
  readonly passwordHash: Secret<string> | undefined;
}

/** A link to be kept. */
export interface NewLink extends Link {
  /** What stands in the message; a hash of it is kept. */
  readonly token: Redacted<string>;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const columns = "purpose, account_id, email, password_hash";
const insert = sql(`
  INSERT INTO identity_links (secret_hash, purpose, account_id, email, password_hash, created_at, expires_at)
  SELECT :secretHash, :purpose, :accountId, :email, :hash, :createdAt, :expiresAt
  WHERE CAST(:accountId AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM identity_accounts WHERE id = :accountId)`);
const find = sql(`SELECT ${columns} FROM identity_links WHERE secret_hash = :secretHash AND expires_at > :now`);
const spend = sql(`
  DELETE FROM identity_links WHERE secret_hash = :secretHash AND purpose = :purpose AND expires_at > :now RETURNING ${columns}`);
const removeExpired = sql(`
  DELETE FROM identity_links
  WHERE secret_hash IN (SELECT secret_hash FROM identity_links WHERE expires_at <= :now LIMIT :limit) RETURNING secret_hash`);
const removeOfAccount = sql("DELETE FROM identity_links WHERE account_id = :accountId");
const removeOfPurpose = sql("DELETE FROM identity_links WHERE account_id = :accountId AND purpose = :purpose");

/** Keeps a link. For an account: in a transaction that holds it (`lockAccount`); nothing is kept where it is gone. */
export function* saveLink({ token, purpose, accountId, email, passwordHash, createdAt, expiresAt }: NewLink): Work<void> {
  const hash = passwordHash?.reveal() ?? null;
  const secretHash = hashOfSecret(token);
  yield* all(insert, { secretHash, purpose, accountId: accountId ?? null, email, hash, createdAt, expiresAt });
}

/** The link of a token, if it is not over; it stays. */
export function* findLink(token: Redacted<string>, now: number): Work<Link | undefined> {
  if (!isSecretFormat(token.reveal())) return undefined;
  return toLink(yield* first(find, { secretHash: hashOfSecret(token), now }));
}

/** Spends a link: gives it to one caller only, if it is for this purpose and not over. */
export function* spendLink(token: Redacted<string>, purpose: LinkPurpose, now: number): Work<Link | undefined> {
  return toLink(yield* first(spend, { secretHash: hashOfSecret(token), purpose, now }));
}

/** Makes an account's links invalid: all, or those for one purpose. */
export function* removeLinks(accountId: string, purpose?: LinkPurpose): Work<void> {
  yield* purpose === undefined ? all(removeOfAccount, { accountId }) : all(removeOfPurpose, { accountId, purpose });
}

function toLink(row: Row | undefined): Link | undefined {
  if (row === undefined) return undefined;
  const hash = textOrNone(row, "password_hash");
  return {
    // Written by `saveLink` only.
    purpose: textOf(row, "purpose") as LinkPurpose,
    accountId: textOrNone(row, "account_id"),
    email: textOf(row, "email"),
    passwordHash: hash === undefined ? undefined : secret(hash),
  };
}

/** Removes links that are too old, at most so many; gives how many. */
export function* removeExpiredLinks(now: number, limit: number): Work<number> {
  return (yield* all(removeExpired, { now, limit })).length;
}
