/**
 * Ends every credential at once: for an operator who has restored a backup, which revives credentials that had ended, or who does
 * not know which of them leaked.
 */
import type { Auditor } from "../audit/auditor.ts";
import { lastForeignTokenOver } from "../revocation/provider-lifetime.ts";
import { leaveGap, revoke, type TokenLifetime } from "../revocation/revocation-log.ts";
import type { Database } from "../store/database.ts";
import { all, sql, type Statement, type Work } from "../store/statement.ts";

/** The settings that revoking everything needs. */
export interface RevokeEverythingSettings extends TokenLifetime {
  readonly database: Database;
  readonly audit: Auditor;
  readonly clock: () => number;
}

/** How to revoke everything. */
export interface Revocation {
  /** The operator, for the audit event. */
  readonly by?: string;
  /** Whether API keys go on. Default `false`. */
  readonly keepKeys?: boolean;
}

/** How many credentials ended. Access tokens are not counted: they are not stored. */
export interface Revoked {
  /** Sessions of browsers and programs, with the refresh tokens of the latter. */
  readonly sessions: number;
  readonly apiKeys: number;
  /** Links that were sent by mail. */
  readonly links: number;
}

const pageSize = 10_000;
const endSessions = sql(`
  UPDATE identity_sessions SET ended_at = :now
  WHERE id IN (SELECT id FROM identity_sessions WHERE ended_at IS NULL AND expires_at > :now LIMIT ${pageSize})
  RETURNING id`);
const endKeys = sql(`
  UPDATE identity_api_keys SET revoked_at = :now
  WHERE id IN (
    SELECT id FROM identity_api_keys
    WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now) LIMIT ${pageSize})
  RETURNING id`);
const removeLinks = sql(`
  DELETE FROM identity_links
  WHERE secret_hash IN (SELECT secret_hash FROM identity_links WHERE expires_at > :now LIMIT ${pageSize})
  RETURNING secret_hash`);

/**
 * Ends every session with its refresh tokens, every API key unless they are kept, every link that was sent by mail, and every
 * access token that was issued until now, also before a backup was restored. Passwords and the secrets of clients stay: users
 * sign in again.
 *
 * @throws Unavailable while the database is away; then nothing has ended
 */
export async function revokeEverything(
  settings: RevokeEverythingSettings,
  { by, keepKeys = false }: Revocation = {},
): Promise<Revoked> {
  const { audit, clock, database } = settings;
  return audit.recorded(database, {}, function* (record) {
    const now = clock();
    const sessions = yield* changed(endSessions, now);
    const apiKeys = keepKeys ? 0 : yield* changed(endKeys, now);
    const links = yield* changed(removeLinks, now);
    const ended = { sessions, apiKeys, links };
    yield* leaveGap();
    yield* revoke({ kind: "all", key: "", at: now, expiresAt: yield* lastForeignTokenOver(settings, now) });
    yield* record({ type: "revocation.everything", ...ended, ...(by === undefined ? {} : { by }) });
    return ended;
  });
}

/** Runs a statement for a page of rows at a time, until none is left. Returns how many rows it changed. */
function* changed(statement: Statement, now: number): Work<number> {
  let count = 0;
  for (let rows = pageSize; rows > 0;) {
    rows = (yield* all(statement, { now })).length;
    count += rows;
  }
  return count;
}
