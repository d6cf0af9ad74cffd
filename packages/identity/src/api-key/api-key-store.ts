/** The table of API keys. Of a key's secret, it stores only the SHA-256. */
import type { Secret } from "lockstep";
import { numberOf, numberOrNone, textOf, textOrNone } from "../store/row.ts";
import { all, first, type Row, sql, type Work } from "../store/statement.ts";
import { type ApiKey, type KeyOwner, subjectOfOwner } from "./api-key.ts";

/** A key to insert. */
export interface KeyToInsert extends Pick<ApiKey, "id" | "familyId" | "owner" | "name" | "scopes" | "createdAt" | "expiresAt"> {
  /** SHA-256 of the secret part, in base64url. */
  readonly secretHash: Secret<string>;
  readonly by: string | undefined;
  /** The session in which it is made. */
  readonly sessionId: string | undefined;
  /** The client through which it is made. */
  readonly makerClientId: string | undefined;
  /** The key that it replaces. */
  readonly parentId: string | undefined;
}

/** A page of an owner's list of keys. */
export interface KeyPage {
  /** The number of keys, 1 to 100. Default 50. */
  readonly limit?: number;
  /** The id of the last key of the page before. */
  readonly after?: string;
}

const columns =
  "id, family_id, account_id, client_id, external_owner, name, scope, created_at, expires_at, rotated_at, revoked_at, used_at";

const insertText = (owner: string): string => `
  INSERT INTO identity_api_keys
    (id, family_id, account_id, client_id, external_owner, name, secret_hash, scope, created_by, maker_session_id, maker_client_id,
      parent_id, created_at, expires_at)
  SELECT :id, :familyId, CAST(:account AS TEXT), CAST(:client AS TEXT), CAST(:external AS TEXT), :name, :secretHash, :scope, CAST(:by AS TEXT),
    CAST(:sessionId AS TEXT), CAST(:makerClientId AS TEXT), CAST(:parentId AS TEXT),
    CAST(:createdAt AS BIGINT), CAST(:expiresAt AS BIGINT)
  ${owner}
  ON CONFLICT (id) DO NOTHING
  RETURNING id`;
const insertOfAccount = sql(insertText("FROM identity_accounts WHERE identity_accounts.id = :account"));
const insertOfClient = sql(insertText("FROM identity_clients WHERE identity_clients.id = :client"));
const insertOfExternal = sql(insertText("WHERE true"));

const find = sql(`SELECT ${columns} FROM identity_api_keys WHERE id = :id`);

const listText = (owner: string): string => `
  SELECT ${columns} FROM identity_api_keys
  WHERE ${owner} = :owner AND (CAST(:after AS TEXT) = '' OR (created_at, id) <
    (SELECT created_at, id FROM identity_api_keys WHERE id = :after AND ${owner} = :owner))
  ORDER BY created_at DESC, id DESC LIMIT :limit`;
const listOfAccount = sql(listText("account_id"));
const listOfClient = sql(listText("client_id"));
const listOfExternal = sql(listText("external_owner"));

const live = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)";
const countText = (owner: string): string => `
  SELECT COUNT(*) AS live, COUNT(rotated_at) AS replaced FROM identity_api_keys WHERE ${owner} = :owner AND ${live}`;
const countOfAccount = sql(countText("account_id"));
const countOfClient = sql(countText("client_id"));
const countOfExternal = sql(countText("external_owner"));

/** The statements about the keys of each kind of owner. */
const statements = {
  account: { insert: insertOfAccount, list: listOfAccount, count: countOfAccount },
  client: { insert: insertOfClient, list: listOfClient, count: countOfClient },
  external: { insert: insertOfExternal, list: listOfExternal, count: countOfExternal },
};

function statementsOf(owner: KeyOwner): (typeof statements)["account"] {
  if ("account" in owner) return statements.account;
  return "client" in owner ? statements.client : statements.external;
}

const replace = sql(`
  UPDATE identity_api_keys
  SET rotated_at = :now, expires_at = CASE WHEN expires_at < :graceEndsAt THEN expires_at ELSE :graceEndsAt END
  WHERE id = :id AND rotated_at IS NULL AND ${live}
  RETURNING id`);
const removeEnded = sql(`
  DELETE FROM identity_api_keys
  WHERE id IN (SELECT id FROM identity_api_keys WHERE expires_at < :before OR revoked_at < :before LIMIT :limit)
  RETURNING id`);
const use = sql("UPDATE identity_api_keys SET used_at = :at WHERE id = :id AND (used_at IS NULL OR used_at < :at)");

/** Inserts a new key. Returns `false` if its account or its client was deleted. Part of a transaction that holds the owner. */
export function* insertApiKey(key: KeyToInsert): Work<boolean> {
  const { id, familyId, owner, name, scopes, createdAt, expiresAt = null, by = null } = key;
  const { sessionId = null, makerClientId = null, parentId = null } = key;
  const { account = null, client = null, external = null }: Partial<Record<keyof typeof statements, string | null>> = owner;
  const secretHash = key.secretHash.reveal();
  const values = {
    id,
    familyId,
    account,
    client,
    external,
    name,
    secretHash,
    scope: scopes.join(" "),
    by,
    createdAt,
    expiresAt,
    sessionId,
    makerClientId,
    parentId,
  };
  return (yield* first(statementsOf(owner).insert, values)) !== undefined;
}

/** Finds a key by its id, including keys that have ended. */
export function* findApiKey(id: string): Work<ApiKey | undefined> {
  const row = yield* first(find, { id });
  return row && toApiKey(row);
}

/** Lists the keys of an owner, newest first, including keys that have ended. */
export function* listApiKeys(owner: KeyOwner, { limit = 50, after = "" }: KeyPage): Work<readonly ApiKey[]> {
  const rows = yield* all(statementsOf(owner).list, { owner: subjectOfOwner(owner), limit, after });
  return rows.map(toApiKey);
}

/** Counts the keys of an owner that work, and how many of those were replaced. Part of a transaction that holds the owner. */
export function* countLiveApiKeys(owner: KeyOwner, now: number): Work<{ readonly live: number; readonly replaced: number }> {
  const row = yield* first(statementsOf(owner).count, { owner: subjectOfOwner(owner), now });
  return row === undefined ? { live: 0, replaced: 0 } : { live: numberOf(row, "live"), replaced: numberOf(row, "replaced") };
}

/** Marks a key as replaced; it ends with its grace. Returns `false` if it was replaced already, or has ended. */
export function* replaceApiKey(id: string, now: number, graceEndsAt: number): Work<boolean> {
  return (yield* first(replace, { id, now, graceEndsAt })) !== undefined;
}

/**
 * Saves when keys were used, unless a later use is saved. The rows are written in the order of their ids, so two nodes never wait
 * for each other.
 */
export function* useApiKeys(uses: readonly (readonly [id: string, at: number])[]): Work<void> {
  const ordered = uses.toSorted(([one], [other]) => (one < other ? -1 : 1));
  for (const [id, at] of ordered) yield* all(use, { id, at });
}

/** How long a key is still listed after it ended, in milliseconds: 30 days. */
export const endedKeysKeptMs: number = 30 * 86_400_000;

/** Removes keys that ended more than 30 days ago, at most `limit`. Returns how many were removed. */
export function* removeEndedApiKeys(now: number, limit: number): Work<number> {
  return (yield* all(removeEnded, { before: now - endedKeysKeptMs, limit })).length;
}

function toApiKey(row: Row): ApiKey {
  return {
    id: textOf(row, "id"),
    familyId: textOf(row, "family_id"),
    owner: ownerOf(row),
    name: textOf(row, "name"),
    scopes: scopesOf(textOf(row, "scope")),
    createdAt: numberOf(row, "created_at"),
    expiresAt: numberOrNone(row, "expires_at"),
    rotatedAt: numberOrNone(row, "rotated_at"),
    revokedAt: numberOrNone(row, "revoked_at"),
    usedAt: numberOrNone(row, "used_at"),
  };
}

function ownerOf(row: Row): KeyOwner {
  const [account, client] = [textOrNone(row, "account_id"), textOrNone(row, "client_id")];
  if (account !== undefined) return { account };
  return client === undefined ? { external: textOf(row, "external_owner") } : { client };
}

/** Splits the stored scopes of a key, which are separated by spaces. */
export function scopesOf(scope: string): readonly string[] {
  return scope === "" ? [] : scope.split(" ");
}
