/** Ending sessions: one code path for signing out, disabling, deleting, changing a password and reuse of a token (RULES R8). */
import { lockAccount } from "../account-table/account-store.ts";
import type { Recorder } from "../audit/auditor.ts";
import type { EndReason } from "../audit/event.ts";
import { lastTokenOver, revoke } from "../revocation/revocation-log.ts";
import type { Settings } from "../settings.ts";
import { textOf } from "../store/row.ts";
import { all, sql, type Work } from "../store/statement.ts";

/** Which sessions end. */
export type Sessions =
  | { readonly id: string }
  /** All of an account, `except` one; of one kind only where it is given. */
  | { readonly accountId: string; readonly except?: string; readonly kind?: "browser" | "tokens" }
  | { readonly clientId: string };

const endOne = sql("UPDATE identity_sessions SET ended_at = :now WHERE id = :id AND ended_at IS NULL RETURNING id, account_id");
const endOfAccount = sql(`
  UPDATE identity_sessions SET ended_at = :now
  WHERE account_id = :accountId AND id <> :except AND (kind = :kind OR :kind = '') AND ended_at IS NULL
  RETURNING id, account_id`);
const endOfClient = sql(
  "UPDATE identity_sessions SET ended_at = :now WHERE client_id = :clientId AND ended_at IS NULL RETURNING id, account_id",
);

/**
 * Ends sessions that have not ended, with the access tokens that came of them. Gives their ids; a session that another
 * request ended first is not among them. Ending those of an account refuses the sign-ins that are being checked, too: whoever
 * changes a password because it was stolen must not find that the thief was let in a moment later. Part of a transaction.
 */
export function* endSessions(sessions: Sessions, reason: EndReason, record: Recorder, settings: Settings): Work<readonly string[]> {
  const now = settings.clock();
  if ("accountId" in sessions) yield* lockAccount(sessions.accountId);
  const rows = yield* ended(sessions, now);
  if ("accountId" in sessions) yield* endSignIns(sessions.accountId, now, settings);
  for (const row of rows) {
    const session = textOf(row, "id");
    yield* revoke({ kind: "session", key: session, at: now, expiresAt: lastTokenOver(settings, now) });
    yield* record({ type: "session.ended", subject: textOf(row, "account_id"), session, reason });
  }
  return rows.map((row) => textOf(row, "id"));
}

/**
 * An entry that no token knows, under the account's id: `insertSession` refuses sign-ins whose position is before it. A session that begins
 * at this moment holds the account, so that it either was there to be ended or will meet the entry.
 */
function* endSignIns(accountId: string, now: number, settings: Settings): Work<void> {
  yield* revoke({ kind: "session", key: accountId, at: now, expiresAt: lastTokenOver(settings, now) });
}

function ended(sessions: Sessions, now: number): ReturnType<typeof all> {
  if ("id" in sessions) return all(endOne, { id: sessions.id, now });
  if ("clientId" in sessions) return all(endOfClient, { clientId: sessions.clientId, now });
  const { accountId, except = "", kind = "" } = sessions;
  return all(endOfAccount, { accountId, except, kind, now });
}
