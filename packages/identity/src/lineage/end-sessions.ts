/**
 * Ends sessions, and with them their refresh tokens, their access tokens and, depending on the reason, the API keys that were
 * made in them.
 */
import { lockAccount } from "../account-table/account-store.ts";
import { subjectsOf } from "../account-table/subject-store.ts";
import type { Recorder } from "../audit/auditor.ts";
import type { EndReason } from "../audit/event.ts";
import { lastForeignTokenOver } from "../revocation/provider-lifetime.ts";
import { lastTokenOver, revoke } from "../revocation/revocation-log.ts";
import type { Settings } from "../settings.ts";
import { textOf } from "../store/row.ts";
import { all, type Row, sql, type Work } from "../store/statement.ts";
import { endApiKeys, type KeysToEnd } from "./end-api-keys.ts";

/** The sessions to end. */
export type Sessions =
  | { readonly id: string }
  /** All sessions of an account, without the session `except`, and only of one kind if `kind` is present. */
  | { readonly accountId: string; readonly except?: string; readonly kind?: "browser" | "tokens" }
  | { readonly clientId: string };

/**
 * Whether API keys end with the session in which they were made. They outlive a sign-out, because they were made for programs.
 * They do not outlive a session that its owner, an administrator or identity ends because somebody else may have used it.
 */
const endsKeys: Readonly<Record<EndReason, boolean>> = {
  signed_out: false,
  replaced: false,
  session_limit: false,
  privileges_changed: false,
  token_revoked: false,
  signed_out_everywhere: true,
  ended_by_owner: true,
  ended_by_administrator: true,
  password_changed: true,
  account_disabled: true,
  account_deleted: true,
  client_disabled: true,
  client_deleted: true,
  token_reused: true,
};

const endOne = sql("UPDATE identity_sessions SET ended_at = :now WHERE id = :id AND ended_at IS NULL RETURNING id, account_id");
const endOfAccount = sql(`
  UPDATE identity_sessions SET ended_at = :now
  WHERE account_id = :accountId AND id <> :except AND (kind = :kind OR :kind = '') AND ended_at IS NULL
  RETURNING id, account_id`);
const endOfClient = sql(
  "UPDATE identity_sessions SET ended_at = :now WHERE client_id = :clientId AND ended_at IS NULL RETURNING id, account_id",
);

/**
 * Ends sessions that have not ended yet, with the access tokens that were issued for them. Depending on the reason, the API keys
 * that were made in them end as well; and if all sessions of an account end, all API keys of the account, unless only its rights
 * have changed. Returns the ids of the sessions, without those that another request ended first. Part of a transaction.
 *
 * Ending the sessions of an account also refuses sign-ins whose password is being checked at that moment. Otherwise a thief could
 * still get in just after the user changed a stolen password.
 */
export function* endSessions(sessions: Sessions, reason: EndReason, record: Recorder, settings: Settings): Work<readonly string[]> {
  const ended = yield* endSessionsOnly(sessions, reason, record, settings);
  const isSignOutEverywhere = isWholeAccount(sessions) && reason !== "privileges_changed";
  if (!isSignOutEverywhere && !endsKeys[reason]) return ended;
  for (const keys of keysOf(sessions, ended)) yield* endApiKeys(keys, { reason }, record, settings);
  return ended;
}

/** Does the same and leaves all API keys: for a caller that decides about them itself. */
export function* endSessionsOnly(
  sessions: Sessions,
  reason: EndReason,
  record: Recorder,
  settings: Settings,
): Work<readonly string[]> {
  const now = settings.clock();
  if ("accountId" in sessions) yield* lockAccount(sessions.accountId);
  const rows = yield* ended(sessions, now);
  if ("accountId" in sessions) yield* endSignIns(sessions.accountId, now, settings);
  if (isWholeAccount(sessions)) yield* endProviderTokens(sessions.accountId, now, settings);
  for (const row of rows) {
    const session = textOf(row, "id");
    yield* revoke({ kind: "session", key: session, at: now, expiresAt: lastTokenOver(settings, now) });
    yield* record({ type: "session.ended", subject: textOf(row, "account_id"), session, reason });
  }
  return rows.map((row) => textOf(row, "id"));
}

/** The keys that end with some sessions. */
function keysOf(sessions: Sessions, ended: readonly string[]): readonly KeysToEnd[] {
  const madeInThem = ended.map((session) => ({ session }));
  return isWholeAccount(sessions) ? [{ account: sessions.accountId }, ...madeInThem] : madeInThem;
}

function isWholeAccount(sessions: Sessions): sessions is { readonly accountId: string } {
  return "accountId" in sessions && sessions.except === undefined && sessions.kind === undefined;
}

/**
 * Adds an entry to the revocation log under the account's id, which matches no token: `insertSession` refuses sign-ins whose
 * position is before it. A session that begins at this moment locks the account, so it either exists already and is ended, or
 * finds the entry.
 */
function* endSignIns(accountId: string, now: number, settings: Settings): Work<void> {
  yield* revoke({ kind: "session", key: accountId, at: now, expiresAt: lastTokenOver(settings, now) });
}

/** The tokens of an identity provider belong to no session of ours. They are revoked under the account's id. */
function* endProviderTokens(accountId: string, now: number, settings: Settings): Work<void> {
  if ((yield* subjectsOf(accountId)).length === 0) return;
  yield* revoke({ kind: "subject", key: accountId, at: now, expiresAt: yield* lastForeignTokenOver(settings, now) });
}

function ended(sessions: Sessions, now: number): Work<readonly Row[]> {
  if ("id" in sessions) return all(endOne, { id: sessions.id, now });
  if ("clientId" in sessions) return all(endOfClient, { clientId: sessions.clientId, now });
  const { accountId, except = "", kind = "" } = sessions;
  return all(endOfAccount, { accountId, except, kind, now });
}
