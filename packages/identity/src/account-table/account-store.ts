/** The table of accounts. Whatever decides about a sign-in is read together with the position of the revocation log. */
import { secret, type Secret } from "lockstep";
import type { ParsedEmail } from "../mail/email.ts";
import { positionColumn } from "../revocation/revocation-log.ts";
import { numberOf, textOrNone } from "../store/row.ts";
import { all, first, lock, type Row, sql, type Work } from "../store/statement.ts";
import { type Account, accountColumns, toAccount } from "./account-row.ts";

/** An account with what signing in needs. */
export interface AccountRecord extends Account {
  /** Argon2id, as a PHC string; none for an account that signs in another way. */
  readonly passwordHash: Secret<string> | undefined;
  /** The position of the revocation log, read with the rest. */
  readonly position: number;
}

/** An account to be made. */
export interface NewAccount {
  readonly id: string;
  readonly address: ParsedEmail;
  readonly passwordHash: Secret<string> | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970; `undefined` where nobody has confirmed the address. */
  readonly verifiedAt: number | undefined;
}

/** A part of the list of accounts. */
export interface AccountPage {
  /** How many, 1 to 1,000. */
  readonly limit: number;
  /** The last one of the page before: the fast way through a long list. */
  readonly after?: Pick<Account, "id" | "createdAt"> | undefined;
  /** How many to leave out before the page. Default 0. */
  readonly offset?: number | undefined;
}

const record = `${accountColumns}, password_hash, ${positionColumn}`;
const manySize = 50;
const manyNames = Array.from({ length: manySize }, (_, index) => `id${index}`);

const byId = sql(`SELECT ${record} FROM identity_accounts WHERE id = :id`);
const byKey = sql(`SELECT ${record} FROM identity_accounts WHERE email_key = :key`);
const byIds = sql(
  `SELECT ${accountColumns} FROM identity_accounts WHERE id IN (${manyNames.map((name) => `:${name}`).join(", ")})`,
);
const page = sql(`
  SELECT ${accountColumns} FROM identity_accounts
  WHERE created_at > :createdAt OR (created_at = :createdAt AND id > :id)
  ORDER BY created_at, id LIMIT :limit OFFSET :offset`);
const insert = sql(`
  INSERT INTO identity_accounts (id, email, email_key, password_hash, created_at, verified_at, password_changed_at)
  VALUES (:id, :email, :key, :hash, :createdAt, :verifiedAt, :createdAt)
  ON CONFLICT DO NOTHING
  RETURNING ${accountColumns}`);
// An UPDATE that changes nothing holds the row until the transaction ends, on every database.
const hold = sql(`UPDATE identity_accounts SET created_at = created_at WHERE id = :id RETURNING ${accountColumns}`);
const disable = sql("UPDATE identity_accounts SET disabled_at = :now WHERE id = :id AND disabled_at IS NULL RETURNING id");
const enable = sql("UPDATE identity_accounts SET disabled_at = NULL WHERE id = :id AND disabled_at IS NOT NULL RETURNING id");
const remove = sql("DELETE FROM identity_accounts WHERE id = :id RETURNING id");
const move = sql(`
  UPDATE identity_accounts SET email = :email, email_key = :key, verified_at = :now
  WHERE id = :id AND disabled_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM identity_accounts other WHERE other.email_key = :key AND other.id <> :id)
  RETURNING ${accountColumns}`);

/**
 * Waits for the account, until the transaction ends. Whoever ends all that an account has, and whoever begins something for
 * it after a check that took a while, holds this: so the one sees what the other did.
 */
export function* lockAccount(id: string): Work<void> {
  yield* lock(`account:${id}`);
}

/** Finds an account and holds its row until the transaction ends: nobody can delete it meanwhile. */
export function* holdAccount(id: string): Work<Account | undefined> {
  const row = yield* first(hold, { id });
  return row && toAccount(row);
}

/** The account of this id. */
export function* findAccount(id: string): Work<AccountRecord | undefined> {
  return toRecord(yield* first(byId, { id }));
}

/** The account of an address, by its key (`emailKey()`). */
export function* findAccountByEmail(key: string): Work<AccountRecord | undefined> {
  return toRecord(yield* first(byKey, { key }));
}

/** The accounts of these ids that there are, in no order. */
export function* findAccounts(ids: readonly string[]): Work<readonly Account[]> {
  const found: Account[] = [];
  for (let start = 0; start < ids.length; start += manySize) {
    const some = ids.slice(start, start + manySize);
    const rows = yield* all(byIds, Object.fromEntries(manyNames.map((name, index) => [name, some[index] ?? ""])));
    found.push(...rows.map(toAccount));
  }
  return found;
}

/** Accounts, oldest first. */
export function* listAccounts({ limit, after, offset = 0 }: AccountPage): Work<readonly Account[]> {
  const rows = yield* all(page, { limit, offset, createdAt: after?.createdAt ?? -1, id: after?.id ?? "" });
  return rows.map(toAccount);
}

/** Makes an account, unless its address (or id) has one; part of a transaction. */
export function* insertAccount({ id, address, passwordHash, createdAt, verifiedAt }: NewAccount): Work<Account | undefined> {
  yield* lockAddress(address.key);
  const { email, key } = address;
  const hash = passwordHash?.reveal() ?? null;
  const row = yield* first(insert, { id, email, key, hash, createdAt, verifiedAt: verifiedAt ?? null });
  return row && toAccount(row);
}

/** Gives an account another address, confirmed now, unless somebody has it or the account is disabled; part of a transaction. */
export function* moveAccount(id: string, { email, key }: ParsedEmail, now: number): Work<Account | undefined> {
  yield* lockAddress(key);
  const row = yield* first(move, { id, email, key, now });
  return row && toAccount(row);
}

/** Disables an account; false where there is none that is not. */
export function* disableAccount(id: string, now: number): Work<boolean> {
  return (yield* first(disable, { id, now })) !== undefined;
}

/** Enables an account again; false where there is none that is disabled. */
export function* enableAccount(id: string): Work<boolean> {
  return (yield* first(enable, { id })) !== undefined;
}

/** Deletes an account with its sessions, keys and links; false where there is none. */
export function* deleteAccount(id: string): Work<boolean> {
  return (yield* first(remove, { id })) !== undefined;
}

/** One at a time gives an address to an account: what looks whether it is free is still right when it writes. */
function* lockAddress(key: string): Work<void> {
  yield* lock(`address:${key}`);
}

function toRecord(row: Row | undefined): AccountRecord | undefined {
  if (row === undefined) return undefined;
  const hash = textOrNone(row, "password_hash");
  return {
    ...toAccount(row),
    passwordHash: hash === undefined ? undefined : secret(hash),
    position: numberOf(row, "position"),
  };
}

/** An account without what signing in needs. */
export function accountOf({ id, email, createdAt, verifiedAt, disabledAt }: AccountRecord): Account {
  return { id, email, createdAt, verifiedAt, disabledAt };
}
