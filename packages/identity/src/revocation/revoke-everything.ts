/** Revokes every access token at once: for an operator who has restored a backup. */
import type { Auditor } from "../audit/auditor.ts";
import type { Database } from "../store/database.ts";
import { lastTokenOver, leaveGap, revoke, type TokenLifetime } from "./revocation-log.ts";

/** The settings that revoking everything needs. */
export interface RevokeEverythingSettings extends TokenLifetime {
  readonly database: Database;
  readonly audit: Auditor;
  readonly clock: () => number;
}

/**
 * Revokes every access token that was issued until now, also before a backup was restored. Sessions, refresh tokens and API keys
 * stay: after a new sign-in or a refresh, clients have valid tokens again.
 *
 * @param by the operator, for the audit event
 * @throws Unavailable while the database is away
 */
export async function revokeEverything(settings: RevokeEverythingSettings, by?: string): Promise<void> {
  const { audit, clock, database } = settings;
  await audit.recorded(database, {}, function* (record) {
    const now = clock();
    yield* leaveGap();
    yield* revoke({ kind: "all", key: "", at: now, expiresAt: lastTokenOver(settings, now) });
    yield* record({ type: "revocation.everything", ...(by === undefined ? {} : { by }) });
  });
}
