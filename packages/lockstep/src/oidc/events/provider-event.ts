/** An event of a provider, verified: who it is about, since when, and whether it ends credentials. */

/** The events that are understood. `unknown` is any other one. */
export type ProviderEventType =
  | "logout"
  | "session-revoked"
  | "credential-change"
  | "token-claims-change"
  | "assurance-level-change"
  | "account-disabled"
  | "account-purged"
  | "account-enabled"
  | "sessions-revoked"
  | "verification"
  | "stream-updated"
  | "unknown";

/** Whom an event is about, as the claims of access tokens name them. `issuer` is the `iss` of those tokens. */
export type ProviderEventTarget =
  | { readonly kind: "session"; readonly issuer: string; readonly sid: string }
  | { readonly kind: "subject"; readonly issuer: string; readonly sub: string }
  | { readonly kind: "client"; readonly issuer: string; readonly clientId: string }
  | { readonly kind: "token"; readonly issuer: string; readonly jti: string };

/**
 * Why an event has no targets: its type is not known, its subject is not named in a way that identifies a caller (an e-mail
 * address never does), or the subject belongs to an issuer that the sender may not speak for.
 */
export type EventIgnored = "unknown_event" | "unknown_subject" | "another_issuers_subject";

/** A verified event. */
export interface ProviderEvent {
  readonly type: ProviderEventType;
  /** The name of the event in the claim `events`. */
  readonly name: string;
  /** Who signed it: the exact `iss`. */
  readonly issuer: string;
  /** The token's id, unique for its issuer. */
  readonly jti: string;
  /** When it happened. Milliseconds since 1970. Tokens that were issued in that second or before are concerned. */
  readonly at: number;
  /** Until then the same token would be accepted again, so its `jti` has to be remembered. Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Whether the credentials of the targets end. Other events are only recorded. */
  readonly revokes: boolean;
  readonly targets: readonly ProviderEventTarget[];
  /** Set if nobody could be identified. Then there are no targets. */
  readonly ignored?: EventIgnored;
  /** The `state` of a `verification` that this receiver asked for (SSF 1.0 §8.1.4). */
  readonly state?: string;
  /** The `status` of a `stream-updated` (SSF 1.0 §8.1.5): `enabled`, `paused` or `disabled`. */
  readonly status?: string;
}

/** What became of an event: it was handled now, or it had been handled before. */
export type EventOutcome = "handled" | "replayed";

/**
 * Handles events, each once: of several calls with one issuer and `jti`, one returns `"handled"`, and the others return
 * `"replayed"` without an effect. Nothing is acknowledged before it resolves. If it rejects, the sender is told to try again, so
 * the `jti` must not count as seen: write both in one transaction, or use `handledOnce()`.
 */
export type ProviderEventSink = (event: ProviderEvent) => Promise<EventOutcome>;

/** The codes of RFC 8935 §2.4. */
export type EventErrorCode = "invalid_request" | "invalid_key" | "invalid_issuer" | "invalid_audience" | "authentication_failed";

/** A token that was refused. Anyone can cause one, so count them and do not store each. */
export interface EventRefusal {
  /** How it came. */
  readonly via: "backchannel-logout" | "push" | "poll";
  readonly code: EventErrorCode;
  /** Why, for a log. It contains no part of the token. */
  readonly reason: string;
}

/** Hears of refused tokens. It may be asynchronous, and nobody waits for it. */
export type EventRefusalListener = ((refusal: EventRefusal) => void) | ((refusal: EventRefusal) => Promise<void>);
