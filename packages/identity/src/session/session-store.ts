/**
 * The table of sessions: sign-ins of browsers, known by their cookie, and of programs, known by their refresh tokens. What ends
 * one stands in `end-session.ts`; when one is over without having been ended is `Sessions`' to decide.
 */
import { type Account, joinedAccountColumns, toJoinedAccount } from "../account-table/account-row.ts";
import { numberOf, numberOrNone, textOf, textOrNone } from "../store/row.ts";
import { all, first, type Row, sql, type Work } from "../store/statement.ts";

/** What a session is shown with: `browser` a cookie, `tokens` refresh tokens and the access tokens that come of them. */
export type SessionKind = "browser" | "tokens";

/** A session, as it is kept. */
export interface SessionRecord {
  /** A random UUID: the `sid` of its access tokens. It opens nothing. */
  readonly id: string;
  readonly kind: SessionKind;
  readonly accountId: string;
  /** The client that signed in; none for a browser. */
  readonly clientId: string | undefined;
  /** What was granted, space-separated. */
  readonly scope: string;
  readonly userAgent: string | undefined;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  /** When the password was given. */
  readonly authenticatedAt: number;
  /** When it was last used; up to a minute ago for a browser, which is written in batches. */
  readonly seenAt: number;
  /** When it is over, whatever happens. */
  readonly expiresAt: number;
  readonly endedAt: number | undefined;
}

/** A session with the account that it belongs to, read at the same moment. */
export interface AccountSession extends SessionRecord {
  readonly account: Account;
}

/** A session to be kept. */
export interface NewSession {
  readonly id: string;
  readonly kind: SessionKind;
  readonly accountId: string;
  /** The position of the revocation log when the account was read to be checked. */
  readonly position: number;
  readonly clientId: string | undefined;
  /** Of a browser's secret; a program has none. */
  readonly secretHash: string | undefined;
  readonly scope: string;
  readonly userAgent: string | undefined;
  readonly now: number;
  readonly expiresAt: number;
}

/** A part of the list of an account's sessions. */
export interface SessionPage {
  /** How many, 1 to 1,000. */
  readonly limit: number;
  /** The last one of the page before, by its id. */
  readonly after?: string | undefined;
}

/** When sessions are over: since these times, in milliseconds since 1970. */
export interface SessionTimes {
  readonly now: number;
  /** A browser that was not seen since then is signed out. */
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
    SELECT 1 FROM identity_revocations WHERE kind IN ('subject', 'session') AND key = :accountId AND seq > :position)
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
const hashOfId = sql("SELECT secret_hash FROM identity_sessions WHERE id = :id AND ended_at IS NULL AND expires_at > :now");
const swap = sql(`
  UPDATE identity_sessions SET secret_hash = :next
  WHERE id = :id AND secret_hash = :current AND ended_at IS NULL AND expires_at > :now RETURNING account_id`);
const see = sql("UPDATE identity_sessions SET seen_at = :at WHERE id = :id AND seen_at < :at");
const remove = sql(`
  DELETE FROM identity_sessions WHERE id IN (
    SELECT id FROM identity_sessions WHERE expires_at < :before OR ended_at < :before LIMIT :limit)
  RETURNING id`);

/**
 * Keeps a session, if the account is enabled and neither it nor its sessions were ended since the position; `false` else. Part of
 * a transaction that holds the account (`lockAccount`), so that whoever ends its sessions comes before or after, never in between.
 */
export function* insertSession(session: NewSession): Work<boolean> {
  const { clientId = null, secretHash = null, userAgent = null, ...others } = session;
  return (yield* first(insert, { ...others, clientId, secretHash, userAgent })) !== undefined;
}

/** The session of a secret, over or not, by the secret's hash. */
export function* findSessionBySecret(hash: string): Work<AccountSession | undefined> {
  const row = yield* first(bySecret, { hash });
  return row && { ...toSession(row), account: toJoinedAccount(row) };
}

/** The session of an id, over or not. */
export function* findSession(id: string): Work<SessionRecord | undefined> {
  const row = yield* first(byId, { id });
  return row && toSession(row);
}

/** The sessions of an account that are not over, the newest first. */
export function* listSessions(
  accountId: string,
  { limit, after = "" }: SessionPage,
  times: SessionTimes,
): Work<readonly SessionRecord[]> {
  const rows = yield* all(page, { accountId, limit, after, ...times });
  return rows.map(toSession);
}

/** The hash of a browser's secret, where the session is not over. */
export function* findSecretHash(id: string, now: number): Work<string | undefined> {
  const row = yield* first(hashOfId, { id, now });
  return row && textOrNone(row, "secret_hash");
}

/** Gives a session another secret, if it still has this one and is not over; gives its account's id, or nothing. */
export function* swapSecretHash(
  id: string,
  change: { readonly current: string; readonly next: string; readonly now: number },
): Work<string | undefined> {
  const row = yield* first(swap, { id, ...change });
  return row && textOf(row, "account_id");
}

/** Writes when sessions were seen, unless they were seen later. In the order of their ids, so that two nodes never wait for each other. */
export function* saveSeenTimes(times: readonly (readonly [id: string, at: number])[]): Work<void> {
  const ordered = times.toSorted(([one], [other]) => (one < other ? -1 : 1));
  for (const [id, at] of ordered) yield* all(see, { id, at });
}

const keptMs = 86_400_000;

/** Removes at most so many sessions that have been over for a day, with their refresh tokens; gives how many it removed. */
export function* removeExpiredSessions(now: number, limit: number): Work<number> {
  return (yield* all(remove, { before: now - keptMs, limit })).length;
}

function toSession(row: Row): SessionRecord {
  return {
    id: textOf(row, "id"),
    // One of the two: the schema checks it.
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
