/** The table of accounts. Data that decides about a sign-in is read in one statement with the position of the revocation log. */
import { secret, type Secret } from "lockstep";
import type { ParsedEmail } from "../mail/email.ts";
import { positionColumn } from "../revocation/revocation-log.ts";
import { numberOf, textOrNone } from "../store/row.ts";
import { all, first, lock, type Row, sql, type Work } from "../store/statement.ts";
import { type Account, accountColumns, type AccountWithEmail, toAccount } from "./account-row.ts";
import { savePasswordCost } from "./password-cost.ts";

/** An account with the data for signing in. */
export interface AccountRecord extends Account {
  /** Argon2id, as a PHC string. `undefined` if the account has no password. */
  readonly passwordHash: Secret<string> | undefined;
  /** The position of the revocation log, read in the same statement. */
  readonly position: number;
}

/** An account to make. */
export interface NewAccount {
  readonly id: string;
  /** The address by which it is found. `undefined` for an account of an identity provider. */
  readonly address: ParsedEmail | undefined;
  /** Without `address`: an address that is only shown. Two accounts may have the same. */
  readonly shownEmail?: string | undefined;
  /** The id in the system that it is imported from. */
  readonly foreignId?: string | undefined;
  readonly passwordHash: Secret<string> | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. `undefined` if nobody has confirmed the address. */
  readonly verifiedAt: number | undefined;
  /** Whether its owner made it. Default `false`. */
  readonly isSelfRegistered?: boolean;
}

/** A page of the list of accounts. */
export interface AccountPage {
  /** The number of accounts, 1 to 1,000. */
  readonly limit: number;
  /** The last account of the page before. In a long list this is faster than `offset`. */
  readonly after?: Pick<Account, "id" | "createdAt"> | undefined;
  /** The number of accounts to skip before the page. Default 0. */
  readonly offset?: number | undefined;
}

const record = `${accountColumns}, password_hash, ${positionColumn}`;
const manySize = 50;
const manyNames = Array.from({ length: manySize }, (_, index) => `id${index}`);

const byId = sql(`SELECT ${record} FROM identity_accounts WHERE id = :id`);
const byKey = sql(`SELECT ${record} FROM identity_accounts WHERE email_key = :key`);
const emailById = sql(`
  SELECT CASE WHEN verified_at IS NULL THEN NULL ELSE email END AS verified_email
  FROM identity_accounts WHERE id = :id AND disabled_at IS NULL`);
const byForeignId = sql(`SELECT ${accountColumns} FROM identity_accounts WHERE foreign_id = :foreignId`);
const plainById = sql(`SELECT ${accountColumns} FROM identity_accounts WHERE id = :id`);
const plainByKey = sql(`SELECT ${accountColumns} FROM identity_accounts WHERE email_key = :key`);
const byIds = sql(
  `SELECT ${accountColumns} FROM identity_accounts WHERE id IN (${manyNames.map((name) => `:${name}`).join(", ")})`,
);
const page = sql(`
  SELECT ${accountColumns} FROM identity_accounts
  WHERE created_at > :createdAt OR (created_at = :createdAt AND id > :id)
  ORDER BY created_at, id LIMIT :limit OFFSET :offset`);
const insert = sql(`
  INSERT INTO identity_accounts
    (id, email, email_key, foreign_id, self_registered, password_hash, created_at, verified_at, password_changed_at)
  VALUES (:id, :email, :key, :foreignId, :selfRegistered, :hash, :createdAt, :verifiedAt, :createdAt)
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
 * Locks an account until the transaction ends. Every transaction that ends all credentials of an account, or makes one after a
 * slow check, takes this lock, so each sees the changes of the other.
 */
export function* lockAccount(id: string): Work<void> {
  yield* lock(`account:${id}`);
}

/** Finds an account and locks its row until the transaction ends. Nobody can delete it until then. */
export function* holdAccount(id: string): Work<Account | undefined> {
  const row = yield* first(hold, { id });
  return row && toAccount(row);
}

/** Reads an account by its id, without its secrets. */
export function* readAccount(id: string): Work<Account | undefined> {
  const row = yield* first(plainById, { id });
  return row && toAccount(row);
}

/** Reads an account by the key of its address (`emailKey()`), without its secrets. */
export function* readAccountByEmail(key: string): Work<AccountWithEmail | undefined> {
  const row = yield* first(plainByKey, { key });
  return row && addressed(toAccount(row));
}

/** Finds an account by its id, with the data for signing in. */
export function* findAccount(id: string): Work<AccountRecord | undefined> {
  return toRecord(yield* first(byId, { id }));
}

/** Finds an account by the key of its address (`emailKey()`), with the data for signing in. */
export function* findAccountByEmail(key: string): Work<(AccountRecord & AccountWithEmail) | undefined> {
  const found = toRecord(yield* first(byKey, { key }));
  return found && addressed(found);
}

/** Finds an account by the id that it had in another system. */
export function* findAccountByForeignId(foreignId: string): Work<Account | undefined> {
  const row = yield* first(byForeignId, { foreignId });
  return row && toAccount(row);
}

/** Finds the confirmed address of an account. Returns nothing if there is no such account or it is disabled. */
export function* findVerifiedEmail(id: string): Work<{ readonly verifiedEmail: string | undefined } | undefined> {
  const row = yield* first(emailById, { id });
  return row && { verifiedEmail: textOrNone(row, "verified_email") };
}

/** Finds the accounts with these ids, in no particular order. */
export function* findAccounts(ids: readonly string[]): Work<readonly Account[]> {
  const found: Account[] = [];
  for (let start = 0; start < ids.length; start += manySize) {
    const some = ids.slice(start, start + manySize);
    const rows = yield* all(byIds, Object.fromEntries(manyNames.map((name, index) => [name, some[index] ?? ""])));
    found.push(...rows.map(toAccount));
  }
  return found;
}

/** Lists accounts, oldest first. */
export function* listAccounts({ limit, after, offset = 0 }: AccountPage): Work<readonly Account[]> {
  const rows = yield* all(page, { limit, offset, createdAt: after?.createdAt ?? -1, id: after?.id ?? "" });
  return rows.map(toAccount);
}

/** Makes an account. Returns nothing if another account has its address, id or foreign id. Part of a transaction. */
export function* insertAccount({ id, address, passwordHash, createdAt, ...others }: NewAccount): Work<Account | undefined> {
  if (address !== undefined) yield* lockAddress(address.key);
  const { shownEmail = null } = others;
  const { email, key } = address ?? { email: shownEmail, key: null };
  if (passwordHash !== undefined) yield* savePasswordCost(passwordHash);
  const hash = passwordHash?.reveal() ?? null;
  const { foreignId = null, verifiedAt = null, isSelfRegistered = false } = others;
  const selfRegistered = isSelfRegistered ? 1 : 0;
  const row = yield* first(insert, { id, email, key, foreignId, selfRegistered, hash, createdAt, verifiedAt });
  return row && toAccount(row);
}

/**
 * Moves an account to another address, confirmed now. Returns nothing if another account has the address, or if this one is
 * disabled. Part of a transaction.
 */
export function* moveAccount(id: string, { email, key }: ParsedEmail, now: number): Work<Account | undefined> {
  yield* lockAddress(key);
  const row = yield* first(move, { id, email, key, now });
  return row && toAccount(row);
}

/** Disables an account. Returns false if it does not exist or is disabled already. */
export function* disableAccount(id: string, now: number): Work<boolean> {
  return (yield* first(disable, { id, now })) !== undefined;
}

/** Enables an account again. Returns false if it does not exist or is not disabled. */
export function* enableAccount(id: string): Work<boolean> {
  return (yield* first(enable, { id })) !== undefined;
}

/** Deletes an account with its sessions, keys and links. Returns false if it does not exist. */
export function* deleteAccount(id: string): Work<boolean> {
  return (yield* first(remove, { id })) !== undefined;
}

/** Locks an address, so it is still free when the transaction that checked it writes it. After the lock of an account, if any. */
export function* lockAddress(key: string): Work<void> {
  yield* lock(`address:${key}`);
}

/** The same account: one with the key of an address has the address. */
function addressed<A extends Account>(account: A): A & AccountWithEmail {
  const { email } = account;
  if (email === undefined) throw new TypeError("An account has the key of an address, and no address");
  return { ...account, email };
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

/** Removes the data for signing in from an account. */
export function accountOf({ passwordHash: _passwordHash, position: _position, ...account }: AccountRecord): Account {
  return account;
}
