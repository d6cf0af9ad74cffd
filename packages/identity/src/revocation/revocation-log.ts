/**
 * The append-only log of revocations. A token carries `rev`, the log's position when it was issued, and is revoked if one of its
 * keys has a later entry. No clocks are compared, and signing in right after "sign out everywhere" works.
 *
 * The position is one row that a writer locks until its transaction ends, so positions become visible in order and no reader can
 * skip one (decision 0012). Read the position **before** the data that decides whether a token is issued, or in the same
 * statement.
 */
import { numberOf, textOf } from "../store/row.ts";
import { all, first, notify, type Row, sql, type Work } from "../store/statement.ts";

/** The kinds of entries: everything, or every token of a client, subject, session, API key or signing key, or one token. */
export type RevocationKind = "all" | "client" | "subject" | "session" | "api_key" | "jti" | "signing_key";

/** One entry. */
export interface Revocation {
  readonly seq: number;
  readonly kind: RevocationKind;
  /** The id of the client, subject, session, key or token; empty for `all`. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The time when the last token that it concerns has expired. Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The channel that announces new entries. */
export const revocationChannel = "lockstep_identity_revocation";

/** A column `position` for statements that read the deciding data: the log's position in the same snapshot. */
export const positionColumn = "(SELECT seq FROM identity_revocation_position WHERE name = 'log') AS position";

const advance = sql("UPDATE identity_revocation_position SET seq = seq + 1 WHERE name = 'log' RETURNING seq");
const skip = sql("UPDATE identity_revocation_position SET seq = seq + :gap WHERE name = 'log'");
const append = sql("INSERT INTO identity_revocations (seq, kind, key, at, expires_at) VALUES (:seq, :kind, :key, :at, :expiresAt)");
const current = sql("SELECT seq FROM identity_revocation_position WHERE name = 'log'");

const removeExpired = sql(`
  DELETE FROM identity_revocations
  WHERE seq IN (SELECT seq FROM identity_revocations WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit)
  RETURNING seq`);

const gap = 1_000_000_000;
const clockRoomSeconds = 300;

/** The key of another issuer's id in the log: their `sub` is never one of ours, even if the texts are equal. */
export function foreignKey(issuer: string, key: string): string {
  return `${issuer} ${key}`;
}

/** The settings that `lastTokenOver()` needs. */
export interface TokenLifetime {
  readonly lifetimes: { readonly accessTokenSeconds: number };
}

/**
 * The time when every access token that was issued until now has expired, with room for clocks that disagree. Milliseconds since
 * 1970.
 */
export function lastTokenOver({ lifetimes }: TokenLifetime, now: number): number {
  return now + (lifetimes.accessTokenSeconds + clockRoomSeconds) * 1000;
}

/** Adds an entry, in the transaction that ends the credential. Returns its position. */
export function* revoke(entry: Omit<Revocation, "seq">): Work<number> {
  const row = yield* first(advance);
  if (row === undefined) throw new TypeError("The revocation log has no position: its row is missing");
  const seq = numberOf(row, "seq");
  const { kind, key, at, expiresAt } = entry;
  yield* all(append, { seq, kind, key, at, expiresAt });
  yield* notify(revocationChannel, String(seq));
  return seq;
}

/**
 * Skips positions. After an older copy of the database has been restored, clients still have tokens with positions that the log
 * will assign again. New entries must come after those positions, so the gap is larger than the number of positions that were
 * lost.
 */
export function* leaveGap(): Work<void> {
  yield* all(skip, { gap });
}

/** The log's position. */
export function* revocationPosition(): Work<number> {
  const row = yield* first(current);
  return row === undefined ? 0 : numberOf(row, "seq");
}

/**
 * Removes at most `limit` entries whose tokens have all expired. Returns how many it removed. The log's position stays: a node
 * that starts later reads the entries that are left.
 */
export function* removeExpiredRevocations(now: number, limit: number): Work<number> {
  return (yield* all(removeExpired, { now, limit })).length;
}

/** Reads an entry. */
export function toRevocation(row: Row): Revocation {
  return {
    seq: numberOf(row, "seq"),
    // Written by `revoke` only.
    kind: textOf(row, "kind") as RevocationKind,
    key: textOf(row, "key"),
    at: numberOf(row, "at"),
    expiresAt: numberOf(row, "expires_at"),
  };
}
