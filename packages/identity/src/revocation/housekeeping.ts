/** What is removed from the log once nobody needs it. */
import { all, sql, type Work } from "../store/statement.ts";

const removeExpired = sql(`
  DELETE FROM identity_revocations
  WHERE seq IN (SELECT seq FROM identity_revocations WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit)
  RETURNING seq`);

/**
 * Removes up to `limit` entries whose tokens are all over; gives how many there were. The log's position stays: a node that starts later
 * reads on from what is left.
 */
export function* removeExpiredRevocations(now: number, limit: number): Work<number> {
  return (yield* all(removeExpired, { now, limit })).length;
}
