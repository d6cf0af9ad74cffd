/** The table of links that were sent by mail. A link is spent by deleting its row, so of fifty attempts at once, one gets it. */
import { type Redacted, secret, type Secret } from "lockstep";
import { removeLinksOf } from "../lineage/end-account.ts";
import { hashOfSecret, isSecretFormat } from "../secret/opaque-token.ts";
import { textOf, textOrNone } from "../store/row.ts";
import { all, first, type Row, sql, type Work } from "../store/statement.ts";

/** The only purpose that a link can be used for. */
export type LinkPurpose = "register" | "reset" | "change_email" | "invite";

/** A link as it is stored. Reading the table is not enough to use one, because it contains only a hash of the token. */
export interface Link {
  readonly purpose: LinkPurpose;
  /** The account's id; none before the account exists. */
  readonly accountId: string | undefined;
  /** The address it was sent to. */
  readonly email: string;
  /** The password that was chosen when registering. */
  readonly passwordHash: Secret<string> | undefined;
}

/** A link to save. */
export interface NewLink extends Link {
  /** The secret in the message. Only its hash is stored. */
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
const removeOfPurpose = sql("DELETE FROM identity_links WHERE account_id = :accountId AND purpose = :purpose");

/**
 * Saves a link. If it belongs to an account, call `lockAccount()` in the same transaction first; if the account was deleted,
 * nothing is saved.
 */
export function* saveLink({ token, purpose, accountId, email, passwordHash, createdAt, expiresAt }: NewLink): Work<void> {
  const hash = passwordHash?.reveal() ?? null;
  const secretHash = hashOfSecret(token);
  yield* all(insert, { secretHash, purpose, accountId: accountId ?? null, email, hash, createdAt, expiresAt });
}

/** Finds the link of a token, unless it has expired. The link is not spent. */
export function* findLink(token: Redacted<string>, now: number): Work<Link | undefined> {
  if (!isSecretFormat(token.reveal())) return undefined;
  return toLink(yield* first(find, { secretHash: hashOfSecret(token), now }));
}

/** Spends a link: returns it to one caller only, if it was made for this purpose and has not expired. */
export function* spendLink(token: Redacted<string>, purpose: LinkPurpose, now: number): Work<Link | undefined> {
  return toLink(yield* first(spend, { secretHash: hashOfSecret(token), purpose, now }));
}

/** Invalidates an account's links: all, or those for one purpose. */
export function* removeLinks(accountId: string, purpose?: LinkPurpose): Work<void> {
  yield* purpose === undefined ? removeLinksOf(accountId) : all(removeOfPurpose, { accountId, purpose });
}

function toLink(row: Row | undefined): Link | undefined {
  if (row === undefined) return undefined;
  const hash = textOrNone(row, "password_hash");
  return {
    // Only `saveLink` writes this column.
    purpose: textOf(row, "purpose") as LinkPurpose,
    accountId: textOrNone(row, "account_id"),
    email: textOf(row, "email"),
    passwordHash: hash === undefined ? undefined : secret(hash),
  };
}

/** Removes expired links, at most `limit`. Returns how many were removed. */
export function* removeExpiredLinks(now: number, limit: number): Work<number> {
  return (yield* all(removeExpired, { now, limit })).length;
}
