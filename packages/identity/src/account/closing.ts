/** What ends with an account or with its password: one path for every way there (RULES R8). Parts of a transaction. */
import type { Recorder } from "../audit/auditor.ts";
import type { EndReason } from "../audit/event.ts";
import { lastTokenOver, revoke } from "../revocation/revocation-log.ts";
import { endSessions } from "../session/end-session.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { removeLinks } from "./link-store.ts";

/** Why everything ends. */
export type ClosingReason = Extract<EndReason, "password_changed" | "account_disabled" | "account_deleted">;

/** Ends what an account has: sessions with their refresh tokens, links that were sent, and every access token so far. */
export function* endEverythingOf(id: string, reason: ClosingReason, record: Recorder, settings: Settings): Work<void> {
  const now = settings.clock();
  yield* endSessions({ accountId: id }, reason, record, settings);
  yield* removeLinks(id);
  yield* revoke({ kind: "subject", key: id, at: now, expiresAt: lastTokenOver(settings, now) });
}
