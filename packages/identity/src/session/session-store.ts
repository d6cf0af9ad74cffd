/**
 * The table of sessions: of browsers, which present a cookie, and of programs, which present refresh tokens. `end-session.ts`
 * ends them. `Sessions` decides when one has expired or was idle for too long.
 */
import { type Account, joinedAccountColumns, toJoinedAccount } from "../account-table/account-row.ts";
import { isLater } from "../revocation/revocation-log.ts";
import { numberOf, numberOrNone, textOf, textOrNone } from "../store/row.ts";
import { all, first, type Row, sql, type Work } from "../store/statement.ts";

/** How a session is used: `browser` with a cookie, `tokens` with refresh tokens and the access tokens issued for it. */
export type SessionKind = "browser" | "tokens";

/** A session, as it is stored. */
export interface SessionRecord {
  /** A random UUID: the `sid` of its access tokens. It is not a credential. */
  readonly id: string;
  readonly kind: SessionKind;
  readonly accountId: string;
  /** The client that signed in; `undefined` for a browser. */
  readonly clientId: string | undefined;
  /** The granted scopes, space-separated. */
  readonly scope: string;
  readonly userAgent: string | undefined;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  /** When the password was checked. */
  readonly authenticatedAt: number;
  /** When it was last used. A browser's is up to a minute old, because it is written in batches. */
  readonly seenAt: number;
  /** When it ends at the latest. */
  readonly expiresAt: number;
  readonly endedAt: number | undefined;
}

/** A session with its account, both read at the same moment. */
export interface AccountSession extends SessionRecord {
  readonly account: Account;
}

/** A session to store. */
export interface NewSession {
  readonly id: string;
  readonly kind: SessionKind;
  readonly accountId: string;
  /** The position of the revocation log when the account was read to check the sign-in. */
  readonly position: number;
  readonly clientId: string | undefined;
  /** The hash of a browser's secret; `undefined` for a program. */
  readonly secretHash: string | undefined;
  readonly scope: string;
  readonly userAgent: string | undefined;
  readonly now: number;
  readonly expiresAt: number;
}

/** A page of the list of an account's sessions. */
export interface SessionPage {
  /** The most sessions to return, from 1 to 1,000. */
  readonly limit: number;
  /** The id of the last session of the page before. */
  readonly after?: string | undefined;
}

/** The times that decide whether a session is over, in milliseconds since 1970. */
export interface SessionTimes {
  readonly now: number;
  /** The session of a browser that was last seen at this time or before is over. */
  readonly idleSince: number;
}

const own = "id, kind, client_id, scope, user_agent, created_at, authenticated_at, seen_at, expires_at, ended_at";
const columns = `${own}, account_id`;
const joined = `${own.replaceAll(/\w+/g, "s.$&")}, ${joinedAccountColumns}`;

const insert = sql(`
  INSERT INTO identity_sessions
    (id, kind, account_id, client_id, secret_hash, scope, user_agent, created_at, authenticated_at, seen_at, expires_at)
  SELECT :id, :kind, id, :clientId, :secretHash, :scope, :userAgent, :now, :now, :now, :expiresAt
  FROM identity_accounts
  WHERE id = :accountId AND disabled_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM identity_revocations WHERE kind IN ('subject', 'session') AND key = :accountId AND ${isLater(":position")})
  RETURNING id`);
const bySecret = sql(`
  SELECT ${joined} FROM identity_sessions s
  JOIN identity_accounts a ON a.id = s.account_id WHERE s.secret_hash = :hash`);
const byId = sql(`SELECT ${columns} FROM identity_sessions WHERE id = :id`);
const page = sql(`
  SELECT ${columns} FROM identity_sessions
  WHERE account_id = :accountId AND ended_at IS NULL AND expires_at > :now AND (kind = 'tokens' OR seen_at > :idleSince)
    AND (:after = '' OR (created_at, id) < (SELECT created_at, id FROM identity_sessions WHERE id = :after AND account_id = :accountId))
  ORDER BY created_at DESC, id DESC LIMIT :limit`);
// The sessions that are idle, then the others, from the oldest on, beyond those that may stay.
const overLimit = sql(`
  SELECT id FROM identity_sessions WHERE account_id = :accountId AND ended_at IS NULL AND expires_at > :now AND id <> :newest
  ORDER BY CASE WHEN kind = 'browser' AND seen_at <= :idleSince THEN 1 ELSE 0 END, created_at DESC, id DESC
  LIMIT 1000000 OFFSET :kept`);
const hashOfId = sql("SELECT secret_hash FROM identity_sessions WHERE id = :id AND ended_at IS NULL AND expires_at > :now");
const swap = sql(`
  UPDATE identity_sessions SET secret_hash = :next
  WHERE id = :id AND secret_hash = :current AND ended_at IS NULL AND expires_at > :now RETURNING account_id`);
// An UPDATE that changes nothing holds the row until the transaction ends, on every database.
const hold = sql(`
  UPDATE identity_sessions SET seen_at = seen_at WHERE id = :id AND ended_at IS NULL AND expires_at > :now RETURNING id`);
const confirm = sql(`
  UPDATE identity_sessions SET authenticated_at = :now
  WHERE id = :id AND ended_at IS NULL AND expires_at > :now RETURNING account_id`);
const see = sql("UPDATE identity_sessions SET seen_at = :at WHERE id = :id AND seen_at < :at");
const remove = sql(`
  DELETE FROM identity_sessions WHERE id IN (
    SELECT id FROM identity_sessions WHERE expires_at < :before OR ended_at < :before LIMIT :limit)
  RETURNING id`);

/**
 * Stores a session. Returns `false`, and stores nothing, if the account is disabled, or if it or its sessions were revoked after
 * the position. Part of a transaction that locks the account (`lockAccount`), so a change that ends its sessions comes before or
 * after.
 */
export function* insertSession(session: NewSession): Work<boolean> {
  const { clientId = null, secretHash = null, userAgent = null, ...others } = session;
  return (yield* first(insert, { ...others, clientId, secretHash, userAgent })) !== undefined;
}

/** Finds the session of a secret by the secret's hash, even if the session is over. */
export function* findSessionBySecret(hash: string): Work<AccountSession | undefined> {
  const row = yield* first(bySecret, { hash });
  return row && { ...toSession(row), account: toJoinedAccount(row) };
}

/** Finds a session by its id, even if it is over. */
export function* findSession(id: string): Work<SessionRecord | undefined> {
  const row = yield* first(byId, { id });
  return row && toSession(row);
}

/**
 * Holds a session until the transaction ends, so nobody ends it meanwhile. Returns `false` if it is over.
 */
export function* holdSession(id: string, now: number): Work<boolean> {
  return (yield* first(hold, { id, now })) !== undefined;
}

/** Lists the sessions of an account that are not over, the newest first. */
export function* listSessions(
  accountId: string,
  { limit, after = "" }: SessionPage,
  times: SessionTimes,
): Work<readonly SessionRecord[]> {
  const rows = yield* all(page, { accountId, limit, after, ...times });
  return rows.map(toSession);
}

/**
 * Finds the sessions of an account that are too many beside its newest one: idle ones first, then the oldest. Part of a
 * transaction that locks the account, so no other begins.
 */
export function* findSessionsOver(
  max: number,
  { accountId, newest }: { readonly accountId: string; readonly newest: string },
  times: SessionTimes,
): Work<readonly string[]> {
  const rows = yield* all(overLimit, { accountId, newest, kept: max - 1, ...times });
  return rows.map((row) => textOf(row, "id"));
}

/** Finds the hash of a browser's secret, if the session is not over. */
export function* findSecretHash(id: string, now: number): Work<string | undefined> {
  const row = yield* first(hashOfId, { id, now });
  return row && textOrNone(row, "secret_hash");
}

/** Replaces the secret of a session that still has the current one and is not over. Returns its account's id, or `undefined`. */
export function* swapSecretHash(
  id: string,
  change: { readonly current: string; readonly next: string; readonly now: number },
): Work<string | undefined> {
  const row = yield* first(swap, { id, ...change });
  return row && textOf(row, "account_id");
}

/** Notes that the password was checked again. Returns the id of the session's account, or `undefined` if the session is over. */
export function* confirmSession(id: string, now: number): Work<string | undefined> {
  const row = yield* first(confirm, { id, now });
  return row && textOf(row, "account_id");
}

/** Writes when sessions were seen, unless they were seen later. The order is by id, so two nodes never deadlock. */
export function* saveSeenTimes(times: readonly (readonly [id: string, at: number])[]): Work<void> {
  const ordered = times.toSorted(([one], [other]) => (one < other ? -1 : 1));
  for (const [id, at] of ordered) yield* all(see, { id, at });
}

const keptMs = 86_400_000;

/** Removes at most `limit` sessions that have been over for a day, with their refresh tokens. Returns how many it removed. */
export function* removeExpiredSessions(now: number, limit: number): Work<number> {
  return (yield* all(remove, { before: now - keptMs, limit })).length;
}

function toSession(row: Row): SessionRecord {
  return {
    id: textOf(row, "id"),
    // The schema allows only these two.
    kind: textOf(row, "kind") as SessionKind,
    accountId: textOf(row, "account_id"),
    clientId: textOrNone(row, "client_id"),
    scope: textOf(row, "scope"),
    userAgent: textOrNone(row, "user_agent"),
    createdAt: numberOf(row, "created_at"),
    authenticatedAt: numberOf(row, "authenticated_at"),
    seenAt: numberOf(row, "seen_at"),
    expiresAt: numberOf(row, "expires_at"),
    endedAt: numberOrNone(row, "ended_at"),
  };
}
