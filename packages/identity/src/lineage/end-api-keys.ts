/** Ends API keys: those of an owner, of the sign-in or the client in which they were made, or of the account of their maker. */
import type { Recorder } from "../audit/auditor.ts";
import type { EndReason } from "../audit/event.ts";
import { lastTokenOver, revoke } from "../revocation/revocation-log.ts";
import type { Settings } from "../settings.ts";
import { textOf, textOrNone } from "../store/row.ts";
import { all, first, type Row, sql, type Statement, type Work } from "../store/statement.ts";

/** The keys to end. */
export type KeysToEnd =
  /** The keys of an account, without those whose ids are in `keep`. */
  | { readonly account: string; readonly keep?: readonly string[] }
  /** The keys of a client, and those that were made through it. */
  | { readonly client: string }
  /** The keys that were made in a sign-in. */
  | { readonly session: string }
  /** The keys of an owner of any kind. */
  | { readonly owner: string }
  /** The keys that somebody made for service accounts and external owners. */
  | { readonly madeBy: string }
  /** One key. */
  | { readonly id: string };

/** Why keys end, for the audit events. */
export interface KeyEnd {
  /** Without a reason, somebody has ended the key itself. */
  readonly reason?: EndReason;
  /** The `sub` of the caller, or the name of the command line. */
  readonly by?: string | undefined;
}

const live = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)";
const select = (condition: string): Statement => sql(`SELECT id FROM identity_api_keys WHERE ${condition} AND ${live}`);
const ofAccount = select("account_id = :of");
const ofClient = select("(client_id = :of OR maker_client_id = :of)");
const ofSession = select("maker_session_id = :of");
// No account, client and external owner have the same id.
const ofOwner = select("(account_id = :of OR client_id = :of OR external_owner = :of)");
const madeBy = select("account_id IS NULL AND created_by = :of");
const end = sql(`
  UPDATE identity_api_keys SET revoked_at = :now WHERE id = :id AND ${live}
  RETURNING id, family_id, account_id, client_id, external_owner`);

/**
 * Ends keys that work. Returns the ids of those that this call ended. Part of a transaction that has ended, or holds, the
 * owner and the makers of the keys, so no key is made meanwhile.
 */
export function* endApiKeys(keys: KeysToEnd, why: KeyEnd, record: Recorder, settings: Settings): Work<readonly string[]> {
  const now = settings.clock();
  const ended: string[] = [];
  for (const id of yield* idsOf(keys, now)) {
    const row = yield* endApiKey(id, now);
    if (row === undefined) continue;
    ended.push(id);
    yield* logKeyEnd(id, settings);
    yield* record({ type: "api_key.revoked", ...eventOf(row, why) });
  }
  return ended;
}

/** Adds the end of a key to the revocation log. */
export function* logKeyEnd(id: string, settings: Settings): Work<void> {
  const at = settings.clock();
  yield* revoke({ kind: "api_key", key: id, at, expiresAt: lastTokenOver(settings, at) });
}

/** Ends one key, without an event. Returns its row, or nothing if it had ended already. */
export function endApiKey(id: string, now: number): Work<Row | undefined> {
  return first(end, { id, now });
}

/** Finds the ids of the keys of an account that work. */
export function* liveApiKeysOf(account: string, now: number): Work<readonly string[]> {
  return (yield* all(ofAccount, { of: account, now })).map((row) => textOf(row, "id"));
}

function* idsOf(keys: KeysToEnd, now: number): Work<readonly string[]> {
  if ("id" in keys) return [keys.id];
  if ("account" in keys) return (yield* liveApiKeysOf(keys.account, now)).filter((id) => keys.keep?.includes(id) !== true);
  const [statement, of] = selectionOf(keys);
  const rows = yield* all(statement, { of, now });
  return rows.map((row) => textOf(row, "id"));
}

function selectionOf(keys: Exclude<KeysToEnd, { readonly id: string } | { readonly account: string }>): [Statement, string] {
  if ("client" in keys) return [ofClient, keys.client];
  if ("session" in keys) return [ofSession, keys.session];
  return "owner" in keys ? [ofOwner, keys.owner] : [madeBy, keys.madeBy];
}

function eventOf(
  row: Row,
  { reason, by }: KeyEnd,
): { subject: string; key: string; family: string; reason?: EndReason; by?: string } {
  return {
    subject: textOrNone(row, "account_id") ?? textOrNone(row, "client_id") ?? textOf(row, "external_owner"),
    key: textOf(row, "id"),
    family: textOf(row, "family_id"),
    ...(reason === undefined ? {} : { reason }),
    ...(by === undefined ? {} : { by }),
  };
}
