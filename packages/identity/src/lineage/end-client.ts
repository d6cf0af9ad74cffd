/** Ends the credentials of a client: of a program that signs users in, and of a service account. */
import type { Recorder } from "../audit/auditor.ts";
import type { EndReason } from "../audit/event.ts";
import { lastTokenOver, revoke } from "../revocation/revocation-log.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { endApiKeys } from "./end-api-keys.ts";
import { endSessions } from "./end-sessions.ts";

/**
 * Ends the sessions of a client, its API keys, those that were made through it, and every access token that names it, including
 * those without a session. Part of a transaction that locks the client.
 */
export function* endClient(
  id: string,
  reason: Extract<EndReason, "client_disabled" | "client_deleted">,
  record: Recorder,
  settings: Settings,
): Work<void> {
  yield* endSessions({ clientId: id }, reason, record, settings);
  yield* endApiKeys({ client: id }, { reason }, record, settings);
  const at = settings.clock();
  yield* revoke({ kind: "client", key: id, at, expiresAt: lastTokenOver(settings, at) });
}
