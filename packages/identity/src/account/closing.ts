/** Ends the credentials of an account, on the one path that every way of closing it or replacing its password takes. */
import type { Recorder } from "../audit/auditor.ts";
import type { EndReason } from "../audit/event.ts";
import { lastTokenOver, revoke } from "../revocation/revocation-log.ts";
import { endSessions } from "../session/end-session.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { removeLinks } from "./link-store.ts";

/** Why the credentials end. */
export type ClosingReason = Extract<EndReason, "password_changed" | "account_disabled" | "account_deleted">;

/**
 * Ends an account's sessions with their refresh tokens, the links that were sent, and every access token issued so far. Part of a
 * transaction.
 */
export function* endEverythingOf(id: string, reason: ClosingReason, record: Recorder, settings: Settings): Work<void> {
  const now = settings.clock();
  yield* endSessions({ accountId: id }, reason, record, settings);
  yield* removeLinks(id);
  yield* revoke({ kind: "subject", key: id, at: now, expiresAt: lastTokenOver(settings, now) });
}
