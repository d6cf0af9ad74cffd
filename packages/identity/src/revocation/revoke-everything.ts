/** Refusing every access token at once: what an operator does after a backup was restored. */
import type { Auditor } from "../audit/auditor.ts";
import type { Database } from "../store/database.ts";
import { lastTokenOver, leaveGap, revoke, type TokenLifetime } from "./revocation-log.ts";

/** What revoking everything needs of the settings. */
export interface RevokeEverythingSettings extends TokenLifetime {
  readonly database: Database;
  readonly audit: Auditor;
  readonly clock: () => number;
}

/**
 * Revokes every access token that was issued until now, those from before a restored backup included. Sessions, refresh tokens and API
 * keys stay: signing in or refreshing gives good tokens again.
 *
 * @param by who did it
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
