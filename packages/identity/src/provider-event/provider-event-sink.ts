/**
 * Writes events of identity providers into the revocation log. The entry, the `jti` that counts once, the audit event and the
 * application's part are one transaction: an event has all of its effects, once, or none, and then its sender tries again.
 */
import type { ProviderEvent, ProviderEventSink, ProviderEventTarget } from "lockstep/oidc";
import type { Recorder } from "../audit/auditor.ts";
import type { IdentityEventDetails } from "../audit/event.ts";
import { foreignKey, type Revocation, revoke } from "../revocation/revocation-log.ts";
import type { Settings } from "../settings.ts";
import { spend } from "../store/spent.ts";
import type { Work } from "../store/statement.ts";

/**
 * The application's part of the transaction that handles an event, also one that ends no credential. It runs once for each event;
 * again if the transaction collides with another, so it must do nothing but database work. If it throws, the event has no effect,
 * and its sender tries again.
 */
export type ProviderEventWork = (event: ProviderEvent, record: Recorder) => Work<void>;

/** The parts of a sink. */
export interface ProviderEventSinkParts {
  readonly settings: Pick<Settings, "audit" | "clock" | "database">;
  /** How long an access token of a provider can be valid. Seconds. */
  readonly tokenLifetimeSeconds: number;
  readonly onEvent: ProviderEventWork;
}

/** Clocks that disagree, as in `lastTokenOver()`. */
const clockRoomSeconds = 300;

/** Makes the sink. It rejects with `Unavailable` while the database is away. */
export function providerEventSink({ settings, tokenLifetimeSeconds, onEvent }: ProviderEventSinkParts): ProviderEventSink {
  const { audit, clock, database } = settings;
  return (event) =>
    audit.recorded(database, {}, function* (record) {
      if (!(yield* spend(["provider_event", event.issuer, event.jti], event.expiresAt))) return "replayed";
      if (event.revokes) {
        const now = clock();
        for (const target of event.targets) {
          const at = sinceWhen(target, event, now);
          yield* revoke({ ...entryOf(target), at, expiresAt: at + (tokenLifetimeSeconds + clockRoomSeconds) * 1000 });
          yield* record(endOf(target, event));
        }
      } else {
        yield* record(noteOf(event));
      }
      yield* onEvent(event, record);
      return "handled";
    });
}

/**
 * Which tokens end: those that were issued until then. A session does not come back, so its tokens end however late they were
 * issued. A subject can sign in again after the event, and the news of it may be late.
 */
function sinceWhen(target: ProviderEventTarget, event: ProviderEvent, now: number): number {
  return target.kind === "session" ? Math.max(now, event.at) : event.at;
}

function entryOf(target: ProviderEventTarget): Pick<Revocation, "kind" | "key"> {
  const { issuer } = target;
  switch (target.kind) {
    case "session":
      return { kind: "session", key: foreignKey(issuer, target.sid) };
    case "subject":
      return { kind: "subject", key: foreignKey(issuer, target.sub) };
    case "client":
      return { kind: "client", key: foreignKey(issuer, target.clientId) };
    case "token":
      return { kind: "jti", key: foreignKey(issuer, target.jti) };
    default:
      return target satisfies never;
  }
}

function endOf(target: ProviderEventTarget, { type: event, issuer: by }: ProviderEvent): IdentityEventDetails {
  const { issuer } = target;
  switch (target.kind) {
    case "session":
      return { type: "provider.session_ended", issuer, session: target.sid, event, by };
    case "subject":
      return { type: "provider.subject_revoked", issuer, sub: target.sub, event, by };
    case "client":
      return { type: "provider.client_revoked", issuer, client: target.clientId, event, by };
    case "token":
      return { type: "provider.token_revoked", issuer, tokenId: target.jti, event, by };
    default:
      return target satisfies never;
  }
}

function noteOf({ issuer, name, type, ignored }: ProviderEvent): IdentityEventDetails {
  if (ignored === undefined) return { type: "provider.event_recorded", issuer, event: type };
  return { type: "provider.event_ignored", issuer, event: type === "unknown" ? name : type, reason: ignored };
}
