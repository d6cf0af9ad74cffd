/** Values that count once, such as the `jti` of a token that its sender may send again: one conditional statement decides. */
import { createHash } from "node:crypto";
import { all, first, sql, type Work } from "./statement.ts";

const insertSpent = sql(`
  INSERT INTO identity_spent (key_hash, expires_at) VALUES (:keyHash, :expiresAt)
  ON CONFLICT (key_hash) DO NOTHING
  RETURNING key_hash`);

/**
 * Spends a value. Returns `false` if it was spent before. If the transaction rolls back, it is not spent.
 *
 * @param name the purpose and the parts of the value, which together are unique
 * @param expiresAt from then on it may be forgotten, because it is refused for its age; milliseconds since 1970
 */
export function* spend(name: readonly [purpose: string, ...parts: string[]], expiresAt: number): Work<boolean> {
  const keyHash = createHash("sha256").update(JSON.stringify(name)).digest("base64url");
  return (yield* first(insertSpent, { keyHash, expiresAt })) !== undefined;
}

const removeExpired = sql(`
  DELETE FROM identity_spent
  WHERE key_hash IN (SELECT key_hash FROM identity_spent WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit)
  RETURNING key_hash`);

/** Removes at most `limit` spent values that are refused for their age. Returns how many it removed. */
export function* removeSpent(now: number, limit: number): Work<number> {
  return (yield* all(removeExpired, { now, limit })).length;
}
