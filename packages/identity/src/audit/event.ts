/** The audit events of identity: typed, with ids and reasons, never with a secret, an e-mail address or a network address. */
import type { AuditOrigin } from "lockstep";

/** The way in which somebody signed in, or tried to. */
export type SignInMethod = "password";

/** The grants of the token endpoint. */
export type GrantName = "password" | "refresh_token" | "client_credentials";

type Success =
  | { readonly type: "account.registered"; readonly subject: string }
  | {
      readonly type: "account.created";
      readonly subject: string;
      readonly by?: string;
      /** The identity provider, if the account was made when a subject of it first came. */
      readonly issuer?: string;
    }
  | { readonly type: "account.linked"; readonly subject: string; readonly issuer: string; readonly by?: string }
  | { readonly type: "account.unlinked"; readonly subject: string; readonly issuer: string; readonly by?: string }
  | { readonly type: "account.disabled"; readonly subject: string; readonly by?: string }
  | { readonly type: "account.enabled"; readonly subject: string; readonly by?: string }
  | { readonly type: "account.deleted"; readonly subject: string; readonly by?: string }
  | { readonly type: "account.registration_requested"; readonly subject?: string }
  | { readonly type: "account.address_change_requested"; readonly subject: string }
  | { readonly type: "account.address_changed"; readonly subject: string }
  | { readonly type: "invitation.sent"; readonly by: string }
  | { readonly type: "invitation.accepted"; readonly subject: string; readonly by: string }
  | { readonly type: "password.changed"; readonly subject: string }
  | { readonly type: "password.reset_requested"; readonly subject: string }
  | { readonly type: "password.reset"; readonly subject: string }
  | { readonly type: "password.set"; readonly subject: string; readonly by?: string }
  | { readonly type: "sign_in.succeeded"; readonly subject: string; readonly method: SignInMethod; readonly session: string }
  | { readonly type: "session.confirmed"; readonly subject: string; readonly session: string }
  | { readonly type: "session.rotated"; readonly subject: string; readonly session: string }
  | { readonly type: "session.ended"; readonly subject: string; readonly session: string; readonly reason: EndReason }
  | { readonly type: "token.issued"; readonly subject: string; readonly grant: GrantName; readonly client?: string }
  | { readonly type: "token.revoked"; readonly subject: string; readonly client?: string }
  | { readonly type: "refresh.replayed"; readonly subject: string; readonly session: string; readonly client?: string }
  | { readonly type: "client.created"; readonly subject: string; readonly by?: string }
  | { readonly type: "client.disabled"; readonly subject: string; readonly by?: string }
  | { readonly type: "client.enabled"; readonly subject: string; readonly by?: string }
  | { readonly type: "client.secret_replaced"; readonly subject: string; readonly by?: string }
  | { readonly type: "client.deleted"; readonly subject: string; readonly by?: string }
  | {
      readonly type: "api_key.created";
      readonly subject: string;
      readonly key: string;
      readonly family: string;
      readonly by?: string;
    }
  | {
      readonly type: "api_key.rotated";
      readonly subject: string;
      readonly key: string;
      readonly family: string;
      readonly by?: string;
    }
  | {
      readonly type: "api_key.revoked";
      readonly subject: string;
      readonly key: string;
      readonly family: string;
      /** Why it ended with its owner or its maker. Without a reason, the key itself was ended. */
      readonly reason?: EndReason;
      readonly by?: string;
    }
  | { readonly type: "signing_key.created"; readonly key: string }
  | { readonly type: "signing_key.retired"; readonly key: string; readonly reason: "compromised" }
  | { readonly type: "signing_key.reencrypted"; readonly key: string }
  | { readonly type: "audit.chain_restarted"; readonly by?: string }
  | {
      readonly type: "revocation.everything";
      readonly sessions: number;
      readonly apiKeys: number;
      readonly links: number;
      readonly by?: string;
    }
  | { readonly type: "issuer.moved"; readonly issuer: string; readonly by?: string }
  | { readonly type: "revocation.feed_recovered" }
  | ProviderEnd
  | {
      readonly type: "provider.event_recorded";
      /** Who sent it. */
      readonly issuer: string;
      readonly event: string;
    }
  | { readonly type: "provider.event_ignored"; readonly issuer: string; readonly event: string; readonly reason: string };

/**
 * Credentials of an identity provider ended because it said so. `issuer`, `session`, `sub`, `client` and `tokenId` are those of
 * its tokens, and not ids of ours; `by` is the issuer of the event.
 */
type ProviderEnd = { readonly issuer: string; readonly event: string; readonly by: string } & (
  | { readonly type: "provider.session_ended"; readonly session: string }
  | { readonly type: "provider.subject_revoked"; readonly sub: string }
  | { readonly type: "provider.client_revoked"; readonly client: string }
  | { readonly type: "provider.token_revoked"; readonly tokenId: string }
);

type Failure =
  | { readonly type: "sign_in.failed"; readonly subject?: string; readonly method: SignInMethod; readonly reason: SignInFailure }
  | { readonly type: "throttle.limited"; readonly what: string; readonly bucket: string }
  | { readonly type: "throttle.spraying"; readonly what: string }
  | { readonly type: "link.refused"; readonly subject?: string; readonly reason: string }
  | { readonly type: "mail.failed"; readonly subject?: string; readonly message: string; readonly reason: string }
  | { readonly type: "client.refused"; readonly subject?: string; readonly reason: string }
  | {
      readonly type: "token.refused";
      readonly subject?: string;
      readonly grant?: GrantName;
      readonly client?: string;
      readonly reason: string;
    }
  | { readonly type: "refresh.reuse"; readonly subject: string; readonly session: string; readonly client?: string }
  | { readonly type: "api_key.refused"; readonly key?: string; readonly reason: string }
  | { readonly type: "session.refused"; readonly session?: string; readonly reason: string }
  | { readonly type: "revocation.feed_silent"; readonly silentMs: number }
  | {
      readonly type: "provider.event_refused";
      /** How the token came. */
      readonly via: "backchannel-logout" | "push" | "poll";
      /** The code of RFC 8935 §2.4. */
      readonly error: string;
      readonly reason: string;
    };

/** Why a session ended, or an API key with its owner or its maker. */
export type EndReason =
  | "signed_out"
  | "signed_out_everywhere"
  | "ended_by_owner"
  | "ended_by_administrator"
  | "replaced"
  | "session_limit"
  | "password_changed"
  | "account_disabled"
  | "account_deleted"
  | "client_disabled"
  | "client_deleted"
  | "privileges_changed"
  | "token_reused"
  | "token_revoked";

/** Why a sign-in failed. The answer is the same for all reasons. */
export type SignInFailure = "unknown_account" | "wrong_password" | "no_password" | "disabled" | "overtaken";

/** The details of an event; the auditor adds the rest. */
export type IdentityEventDetails = Success | Failure;

interface About {
  /** Unique. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly outcome: "success" | "failure";
  /** The `X-Request-Id` of the answer, if there was a request. */
  readonly requestId?: string;
}

/** An audit event. */
export type IdentityEvent = About & IdentityEventDetails;

/** The kinds of event. */
export type IdentityEventType = IdentityEventDetails["type"];

/**
 * Receives events. It may be asynchronous; nothing waits for it. If it throws or rejects, a line on standard error says so and
 * the event is lost: let it buffer events and write them later.
 */
export type IdentityAuditSink =
  | ((event: IdentityEvent, origin: AuditOrigin) => void)
  | ((event: IdentityEvent, origin: AuditOrigin) => Promise<void>);

const failures: ReadonlySet<IdentityEventType> = new Set<Failure["type"]>([
  "sign_in.failed",
  "throttle.limited",
  "throttle.spraying",
  "link.refused",
  "mail.failed",
  "client.refused",
  "token.refused",
  "refresh.reuse",
  "api_key.refused",
  "session.refused",
  "revocation.feed_silent",
  "provider.event_refused",
]);

/** Whether an event reports a success. */
export function outcomeOf(type: IdentityEventType): "success" | "failure" {
  return failures.has(type) ? "failure" : "success";
}
