/**
 * The append-only log of revocations. A token carries `rev`, the log's position when it was issued, and is revoked if one of its
 * keys has a later entry. No clocks are compared, and signing in right after "sign out everywhere" works.
 *
 * The position is one row. An entry is written without a position, in the transaction that ends the credential, so those
 * transactions never wait for each other. After their commits, one transaction locks the row and assigns positions to all entries
 * that have none (decisions 0012 and 0025). So positions become visible in order, no reader can skip one, and `transaction()`
 * resolves when its entries have theirs. **Until then an entry concerns every token of its key**: wherever the database is asked,
 * use `isLater()`.
 *
 * Read the position **before** the data that decides whether a token is issued, or in the same statement.
 */
import { randomUUID } from "node:crypto";
import { numberOf, textOf } from "../store/row.ts";
import { afterCommit, all, first, notify, type Row, sql, type Work } from "../store/statement.ts";

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

/** The channel that announces new entries, each time with the last position. */
export const revocationChannel = "lockstep_identity_revocation";

/** A column `position` for statements that read the deciding data: the log's position in the same snapshot. */
export const positionColumn = "(SELECT seq FROM identity_revocation_position WHERE name = 'log') AS position";

/** The condition that an entry comes after a position, the parameter `:name`. An entry without a position comes after all. */
export function isLater(parameter: string): string {
  return `(seq > ${parameter} OR seq IS NULL)`;
}

const append = sql("INSERT INTO identity_revocations (id, kind, key, at, expires_at) VALUES (:id, :kind, :key, :at, :expiresAt)");
// An UPDATE that changes nothing holds the row until the transaction ends, on every database.
const hold = sql("UPDATE identity_revocation_position SET seq = seq WHERE name = 'log' RETURNING seq");
const number = sql(`
  UPDATE identity_revocations SET seq = :position + pending.place
  FROM (
    SELECT id AS pending_id, ROW_NUMBER() OVER (ORDER BY at, id) AS place FROM identity_revocations WHERE seq IS NULL
  ) AS pending
  WHERE id = pending.pending_id
  RETURNING id`);
const advance = sql("UPDATE identity_revocation_position SET seq = :position WHERE name = 'log'");
const skip = sql("UPDATE identity_revocation_position SET seq = seq + :gap WHERE name = 'log'");
const current = sql("SELECT seq FROM identity_revocation_position WHERE name = 'log'");

const removeExpired = sql(`
  DELETE FROM identity_revocations
  WHERE id IN (
    SELECT id FROM identity_revocations WHERE expires_at <= :before AND seq IS NOT NULL ORDER BY expires_at LIMIT :limit)
  RETURNING id`);

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

/**
 * Adds an entry, in the transaction that ends the credential. When that transaction resolves, the entry has a position. In the
 * same transaction, the key gets no new credential after this.
 */
export function* revoke({ kind, key, at, expiresAt }: Omit<Revocation, "seq">): Work<void> {
  yield* all(append, { id: randomUUID(), kind, key, at, expiresAt });
  yield* afterCommit(assignPositions);
}

/**
 * Assigns the next positions to all entries that have none. It is a transaction of its own, after the commit of the entries. If a
 * process ends in between, the next process that reads the log does it.
 */
export function* assignPositions(): Work<void> {
  const row = yield* first(hold);
  if (row === undefined) throw new TypeError("The revocation log has no position: its row is missing");
  const before = numberOf(row, "seq");
  // The row is locked, so this sees every entry that has a position, and nobody else assigns one.
  const numbered = yield* all(number, { position: before });
  if (numbered.length === 0) return;
  const position = before + numbered.length;
  yield* all(advance, { position });
  yield* notify(revocationChannel, String(position));
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

const keptMs = 86_400_000;

/**
 * Removes at most `limit` entries whose tokens have all expired a day ago. Returns how many it removed. The day covers nodes
 * whose clocks are wrong. The log's position stays: a node that starts later reads the entries that are left.
 */
export function* removeExpiredRevocations(now: number, limit: number): Work<number> {
  return (yield* all(removeExpired, { before: now - keptMs, limit })).length;
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
