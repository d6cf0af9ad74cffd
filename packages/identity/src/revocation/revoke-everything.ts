/** The operator's last resort. */
import { lastTokenOver } from "../session/end-session.ts";
import type { Settings } from "../settings.ts";
import { leaveGap, revoke } from "./revocation-log.ts";

/**
 * Revokes every access token that was issued until now, those from before a restored backup included. Sessions, refresh tokens and API
 * keys stay: signing in or refreshing gives good tokens again.
 *
 * @param by who did it
 * @throws Unavailable while the database is away
 */
export async function revokeEverything(settings: Settings, by?: string): Promise<void> {
  const { audit, clock, database } = settings;
  await audit.recorded(database, {}, function* (record) {
    const now = clock();
    yield* leaveGap();
    yield* revoke({ kind: "all", key: "", at: now, expiresAt: lastTokenOver(settings, now) });
    yield* record({ type: "revocation.everything", ...(by === undefined ? {} : { by }) });
  });
}
