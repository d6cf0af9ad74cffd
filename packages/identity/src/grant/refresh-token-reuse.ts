/**
 * A refresh token that is used again. It was stolen from the client or by it, so its family ends (RFC 9700 §4.14.2), with one
 * exception: as long as nobody has used the successor, the same successor may be returned again.
 *
 * - `within-window`: for a few seconds, for two tabs that share a token, and once per minute and family. A thief who is as quick
 *   gets the successor too; the event `refresh.replayed` shows it.
 * - `until-successor-is-used`: however late, for a client whose answer was lost. A thief of a spent token gets in, too, until the
 *   client comes back. When the client or the thief then presents a token that the other has used, the family ends.
 */
import type { Redacted } from "lockstep";
import type { Recorder } from "../audit/auditor.ts";
import { endSessions } from "../lineage/end-sessions.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { findSuccessor } from "./refresh-successor.ts";
import { noteReplay, type RefreshTokenRecord } from "./refresh-token-store.ts";

/** The successor to return, or the reason why there is none. */
export type Rotation = { readonly successor: Redacted<string> } | { readonly successor: undefined; readonly reason: string };

/** Decides about a token that could not be spent. Part of a transaction that has locked the family (`lockFamily`). */
export function* presentAgain(
  token: Redacted<string>,
  state: RefreshTokenRecord,
  record: Recorder,
  settings: Settings,
): Work<Rotation> {
  const now = settings.clock();
  const over = whyOver(state, now, settings);
  if (over !== undefined) return { successor: undefined, reason: over };
  const same = mayReplay(state, now, settings) ? findSuccessor(token, state.successorHash, settings.keys) : undefined;
  if (same === undefined) return yield* endReused(state, record, settings);
  // One event a minute for each family: the holder of a token cannot fill the table.
  if (yield* noteReplay(token, now)) yield* record({ type: "refresh.replayed", ...aboutFamily(state) });
  else if (settings.refreshReuse === "within-window") return { successor: undefined, reason: "replayed_too_often" };
  return { successor: same };
}

/** Returns why a token is refused whether it was spent or not, or `undefined`. */
function whyOver(state: RefreshTokenRecord, now: number, { refreshReuse }: Settings): string | undefined {
  const { spentAt, expiresAt, unspentSuccessorExpiresAt: successorEnd = Infinity } = state;
  if (state.sessionEndedAt !== undefined) return "ended";
  if (state.account.disabledAt !== undefined) return "account_disabled";
  if (state.sessionExpiresAt <= now || (spentAt === undefined && expiresAt <= now)) return "expired";
  // The client came back too late for the successor that it never got.
  return refreshReuse === "until-successor-is-used" && successorEnd <= now ? "expired" : undefined;
}

/** Whether the successor may be returned again. With a window of 0 it never may, whatever the clocks of other nodes say. */
function mayReplay({ spentAt, unspentSuccessorExpiresAt }: RefreshTokenRecord, now: number, settings: Settings): boolean {
  if (spentAt === undefined || unspentSuccessorExpiresAt === undefined) return false;
  if (settings.refreshReuse === "until-successor-is-used") return true;
  const windowMs = settings.lifetimes.refreshReuseWindowSeconds * 1000;
  return windowMs > 0 && now < spentAt + windowMs;
}

function* endReused(state: RefreshTokenRecord, record: Recorder, settings: Settings): Work<Rotation> {
  const ended = yield* endSessions({ id: state.sessionId }, "token_reused", record, settings);
  if (ended.length > 0) yield* record({ type: "refresh.reuse", ...aboutFamily(state) });
  return { successor: undefined, reason: "reused" };
}

interface AboutFamily {
  readonly subject: string;
  readonly session: string;
  readonly client?: string;
}

function aboutFamily({ account, sessionId, clientId }: RefreshTokenRecord): AboutFamily {
  return { subject: account.id, session: sessionId, ...(clientId === undefined ? {} : { client: clientId }) };
}
