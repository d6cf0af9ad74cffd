/**
 * The table of refresh tokens. Each can be used once. The tokens of a session are a family, of which one is unspent. Only hashes
 * of tokens are stored; the successor of a spent token can be derived from the token again (`refresh-successor.ts`).
 */
import type { Redacted } from "lockstep";
import { type Account, joinedAccountColumns, toJoinedAccount } from "../account-table/account-row.ts";
import { positionColumn } from "../revocation/revocation-log.ts";
import { hashOfSecret } from "../secret/opaque-token.ts";
import type { Lifetimes, Settings } from "../settings.ts";
import { numberOf, numberOrNone, textOf, textOrNone } from "../store/row.ts";
import { all, first, lock, type Row, sql, type Work } from "../store/statement.ts";

/** A refresh token with its session and account, all read at the same moment. */
export interface RefreshTokenRecord {
  readonly sessionId: string;
  /** The client that it was issued to; `undefined` for the service's own programs. */
  readonly clientId: string | undefined;
  readonly account: Account;
  /** The scopes that the sign-in was granted, space-separated. */
  readonly scope: string;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly spentAt: number | undefined;
  readonly successorHash: string | undefined;
  /** When the successor expires; `undefined` if there is none, or if it is spent. */
  readonly unspentSuccessorExpiresAt: number | undefined;
  /** When the user signed in. */
  readonly authenticatedAt: number;
  readonly sessionExpiresAt: number;
  readonly sessionEndedAt: number | undefined;
  /** The position of the revocation log when the token was read. */
  readonly position: number;
}

/** A token to store. */
export interface NewRefreshToken {
  readonly token: Redacted<string>;
  readonly sessionId: string;
  /** When the family ends at the latest. */
  readonly sessionExpiresAt: number;
}

const insert = sql(`
  INSERT INTO identity_refresh_tokens (secret_hash, session_id, created_at, expires_at)
  VALUES (:hash, :sessionId, :now, :expiresAt)`);
const byHash = sql(`
  SELECT t.session_id, t.created_at, t.expires_at, t.spent_at, t.successor_hash,
    s.client_id, s.scope, s.authenticated_at, s.expires_at AS session_expires_at, s.ended_at,
    ${joinedAccountColumns},
    CASE WHEN n.spent_at IS NULL THEN n.expires_at END AS successor_expires_at,
    ${positionColumn}
  FROM identity_refresh_tokens t
    JOIN identity_sessions s ON s.id = t.session_id
    JOIN identity_accounts a ON a.id = s.account_id
    LEFT JOIN identity_refresh_tokens n ON n.secret_hash = t.successor_hash
  WHERE t.secret_hash = :hash`);
const spend = sql(`
  UPDATE identity_refresh_tokens SET spent_at = :now, successor_hash = :successorHash, expires_at = :keptUntil
  WHERE secret_hash = :hash AND spent_at IS NULL AND expires_at > :now AND EXISTS (
    SELECT 1 FROM identity_sessions s JOIN identity_accounts a ON a.id = s.account_id
    WHERE s.id = identity_refresh_tokens.session_id AND COALESCE(s.client_id, '') = :clientId
      AND s.ended_at IS NULL AND s.expires_at > :now AND a.disabled_at IS NULL)
  RETURNING session_id`);
const replay = sql(`
  UPDATE identity_refresh_tokens SET replayed_at = :now
  WHERE secret_hash = :hash AND NOT EXISTS (
    SELECT 1 FROM identity_refresh_tokens o WHERE o.session_id = identity_refresh_tokens.session_id AND o.replayed_at > :since)
  RETURNING session_id`);
const see = sql("UPDATE identity_sessions SET seen_at = :now WHERE id = :sessionId AND seen_at < :now");
const remove = sql(`
  DELETE FROM identity_refresh_tokens
  WHERE secret_hash IN (SELECT secret_hash FROM identity_refresh_tokens WHERE expires_at <= :now LIMIT :limit)
  RETURNING secret_hash`);

/** The settings that decide when a token expires. */
export interface RefreshTokenSettings extends Pick<Settings, "clock"> {
  readonly lifetimes: Pick<Lifetimes, "refreshTokenSeconds">;
}

/** Stores a token. It expires if it is not used for `refreshTokenSeconds`, and no later than its family. */
export function* insertRefreshToken(
  { token, sessionId, sessionExpiresAt }: NewRefreshToken,
  { clock, lifetimes }: RefreshTokenSettings,
): Work<void> {
  const now = clock();
  const expiresAt = expiryOf(sessionExpiresAt, now, lifetimes);
  yield* all(insert, { hash: hashOfSecret(token), sessionId, now, expiresAt });
}

function expiryOf(sessionExpiresAt: number, now: number, { refreshTokenSeconds }: RefreshTokenSettings["lifetimes"]): number {
  return Math.min(now + refreshTokenSeconds * 1000, sessionExpiresAt);
}

/** Finds a token, whatever its state. */
export function* findRefreshToken(token: Redacted<string>): Work<RefreshTokenRecord | undefined> {
  const row = yield* first(byHash, { hash: hashOfSecret(token) });
  return row && toRecord(row);
}

/** The token to spend, and the conditions that must hold. */
export interface RefreshTokenSpending {
  readonly token: Redacted<string>;
  readonly successor: Redacted<string>;
  readonly clientId: string | undefined;
  readonly sessionExpiresAt: number;
}

/**
 * Spends a token and stores its successor. Returns `false` if it is spent, expired or another client's, or if its session is over
 * or its account disabled. If many requests spend it at once, one gets `true`.
 */
export function* spendRefreshToken(
  { token, successor, clientId = "", sessionExpiresAt }: RefreshTokenSpending,
  { clock, lifetimes }: RefreshTokenSettings,
): Work<boolean> {
  const now = clock();
  const expiresAt = expiryOf(sessionExpiresAt, now, lifetimes);
  const hashes = { hash: hashOfSecret(token), successorHash: hashOfSecret(successor) };
  const row = yield* first(spend, { ...hashes, clientId, now, keptUntil: expiresAt });
  if (row === undefined) return false;
  const sessionId = textOf(row, "session_id");
  yield* all(insert, { hash: hashes.successorHash, sessionId, now, expiresAt });
  yield* all(see, { sessionId, now });
  return true;
}

/** Locks a family until the transaction ends, so two requests that present its tokens again see each other. */
export function* lockFamily(sessionId: string): Work<void> {
  yield* lock(`family:${sessionId}`);
}

const replayMs = 60_000;

/**
 * Notes that a spent token was presented again. Returns `false` if one of its family was noted less than a minute ago. Lock the
 * family first.
 */
export function* noteReplay(token: Redacted<string>, now: number): Work<boolean> {
  return (yield* first(replay, { hash: hashOfSecret(token), now, since: now - replayMs })) !== undefined;
}

/** Removes at most `limit` expired tokens, spent or not. Returns how many it removed. */
export function* removeExpiredRefreshTokens(now: number, limit: number): Work<number> {
  return (yield* all(remove, { now, limit })).length;
}

function toRecord(row: Row): RefreshTokenRecord {
  return {
    sessionId: textOf(row, "session_id"),
    clientId: textOrNone(row, "client_id"),
    account: toJoinedAccount(row),
    scope: textOf(row, "scope"),
    createdAt: numberOf(row, "created_at"),
    expiresAt: numberOf(row, "expires_at"),
    spentAt: numberOrNone(row, "spent_at"),
    successorHash: textOrNone(row, "successor_hash"),
    unspentSuccessorExpiresAt: numberOrNone(row, "successor_expires_at"),
    authenticatedAt: numberOf(row, "authenticated_at"),
    sessionExpiresAt: numberOf(row, "session_expires_at"),
    sessionEndedAt: numberOrNone(row, "ended_at"),
    position: numberOf(row, "position"),
  };
}
