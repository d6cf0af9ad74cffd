/**
 * The append-only log of what was revoked (DESIGN §9). A token carries `rev`, the log's position when it was issued, and is
 * revoked if one of its keys has an entry after that: no clocks, and signing in right after "sign out everywhere" works.
 *
 * The position is one row that a writer locks until its transaction ends, so that positions become visible in their order and no reader
 * can step over one. Read the position **before** what decides whether a token is issued, or in the same statement.
 */
import { numberOf, textOf } from "../store/row.ts";
import { all, first, notify, type Row, sql, type Work } from "../store/statement.ts";

/** What an entry revokes: everything, or all that names this client, subject, session, key or token. */
export type RevocationKind = "all" | "client" | "subject" | "session" | "api_key" | "jti" | "signing_key";

/** One entry. */
export interface Revocation {
  readonly seq: number;
  readonly kind: RevocationKind;
  /** The id of what is revoked; empty for `all`. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** When the last token that it could concern is over. Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The channel on which new entries are told. */
export const revocationChannel = "lockstep_identity_revocation";

/** In a statement that reads what decides: the log's position in the same snapshot, as the column `position`. */
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

/** Under which key the log has what another issuer names: a `sub` of theirs is never one of ours (RULES R17). */
export function foreignKey(issuer: string, key: string): string {
  return `${issuer} ${key}`;
}

/** How long access tokens last: what `lastTokenOver()` needs of the settings. */
export interface TokenLifetime {
  readonly lifetimes: { readonly accessTokenSeconds: number };
}

/** When every access token that was issued until now has expired, with room for clocks that disagree. Milliseconds since 1970. */
export function lastTokenOver({ lifetimes }: TokenLifetime, now: number): number {
  return now + (lifetimes.accessTokenSeconds + clockRoomSeconds) * 1000;
}

/** Adds an entry; gives its position. Part of the transaction that ends what it revokes. */
export function* revoke(entry: Omit<Revocation, "seq">): Work<number> {
  const row = yield* first(advance);
  if (row === undefined) throw new TypeError("The revocation log has lost its position");
  const seq = numberOf(row, "seq");
  const { kind, key, at, expiresAt } = entry;
  yield* all(append, { seq, kind, key, at, expiresAt });
  yield* notify(revocationChannel, String(seq));
  return seq;
}

/**
 * Leaves out positions. After an older copy of the database has been restored, tokens are about that carry positions which the
 * log has yet to give again: entries that are to concern those too come after a gap that is larger than what was lost.
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
 * Removes at most `limit` entries whose tokens have all expired, and returns how many it removed. The log's position stays: a
 * node that starts later reads the entries that are left.
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
