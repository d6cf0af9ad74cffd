/** Ends the credentials of an account, on the one path that every way of closing it or replacing its password takes. */
import type { Recorder } from "../audit/auditor.ts";
import type { EndReason } from "../audit/event.ts";
import { lastTokenOver, revoke } from "../revocation/revocation-log.ts";
import type { Settings } from "../settings.ts";
import { all, sql, type Work } from "../store/statement.ts";
import { endApiKeys } from "./end-api-keys.ts";
import { endSessionsOnly } from "./end-sessions.ts";

/** Why the credentials of an account end, and which stay. */
export interface AccountEnd {
  readonly reason: Extract<EndReason, "password_changed" | "account_disabled" | "account_deleted">;
  /** The session that goes on: the one in which the owner has changed the password. Default: none. */
  readonly keepSession?: string | undefined;
  /** The ids of API keys that go on, because the owner said so. Default: none. */
  readonly keepApiKeys?: readonly string[];
}

const removeLinks = sql("DELETE FROM identity_links WHERE account_id = :id");

const removeInvitations = sql("DELETE FROM identity_links WHERE invited_by = :id");

/** Invalidates all links that were sent for an account. */
export function* removeLinksOf(id: string): Work<void> {
  yield* all(removeLinks, { id });
}

/**
 * Ends an account's sessions with their refresh tokens, its API keys, the links that were sent to it, the invitations that it has
 * sent, and every access token issued so far. If the account is disabled or deleted, the API keys that it made for service
 * accounts and external owners end, too: its owner has seen them. Part of a transaction.
 */
export function* endEverythingOf(id: string, end: AccountEnd, record: Recorder, settings: Settings): Work<void> {
  const { reason, keepSession, keepApiKeys = [] } = end;
  const now = settings.clock();
  const sessions = { accountId: id, ...(keepSession === undefined ? {} : { except: keepSession }) };
  yield* endSessionsOnly(sessions, reason, record, settings);
  yield* endApiKeys({ account: id, keep: keepApiKeys }, { reason }, record, settings);
  if (reason !== "password_changed") yield* endApiKeys({ madeBy: id }, { reason }, record, settings);
  yield* removeLinksOf(id);
  yield* all(removeInvitations, { id });
  // The tokens of the session that goes on stay valid; all others belong to sessions that have just ended.
  if (keepSession === undefined) yield* revoke({ kind: "subject", key: id, at: now, expiresAt: lastTokenOver(settings, now) });
}
