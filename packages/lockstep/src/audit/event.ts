/**
 * Audit events: one for each authentication failure, denial and anomaly, and for each object that a role opened.
 * They hold ids and reasons, never secrets.
 */

import type { StepUpNeed } from "../outcome/step-up.ts";

/** The members of every audit event. */
export interface AuditContext {
  /** The time of the event, in milliseconds since 1970. */
  readonly at: number;
  /** The `X-Request-Id` of the answer. */
  readonly requestId: string;
  /** The route, as declared: `GET /notes/:id`. */
  readonly route: string;
  /** The ids of the principals that were verified before the event. */
  readonly subjects: readonly string[];
  /**
   * Who acted as the subject, such as an administrator who impersonates a user: the `sub` of `act` in the grants of its
   * credential (RFC 8693 §4.1). `(unnamed)` if the credential does not say who. Absent if the subject acted.
   */
  readonly actor?: string;
}

/** An event that an API reports to its audit sink. */
export type AuditEvent = AuditContext &
  (
    | { readonly type: "authentication.absent"; readonly schemes: readonly string[] }
    | {
        readonly type: "authentication.failed";
        readonly schemes: readonly string[];
        readonly reason: string;
        readonly dependency: string;
      }
    | {
        /** `stepUp()`: the credential is good, and its user signed in too long ago or in another way. */
        readonly type: "authentication.insufficient";
        readonly reason: string;
        readonly required: StepUpNeed;
        readonly dependency: string;
      }
    | { readonly type: "credential.repeated"; readonly scheme: string }
    | { readonly type: "credential.in_url"; readonly parameter: string }
    | { readonly type: "authorization.denied"; readonly reason: string; readonly dependency: string }
    | { readonly type: "scope.insufficient"; readonly required: readonly string[]; readonly dependency: string }
    | { readonly type: "object.hidden"; readonly reason: string; readonly dependency: string }
    | {
        /** `permitted()` let somebody reach an object that need not be theirs; the handler then ran. */
        readonly type: "object.reached";
        readonly dependency: string;
        /** The ids by which the request named it, by place and name: `{ "path.id": "n1" }`. */
        readonly ids: Readonly<Record<string, string | readonly string[]>>;
      }
    | { readonly type: "request.cross_site"; readonly reason: string }
    | { readonly type: "error.unavailable"; readonly reason: string }
    | { readonly type: "error.unexpected"; readonly reason: string }
  );

/** The kinds of audit event. */
export type AuditEventType = AuditEvent["type"];

/** The members that differ from event to event. The core adds the time, the request, the route, the subjects and the actor. */
export type AuditDetails = AuditEvent extends infer E ? (E extends AuditEvent ? Omit<E, keyof AuditContext> : never) : never;

/**
 * Where the request of an event came from. It is not a member of the event, so a sink that writes events does not write network
 * addresses. It is for sinks that count events by network.
 */
export interface AuditOrigin {
  /** The client's IP address; `undefined` if the host does not know it, or if there was no request. */
  readonly address: string | undefined;
}

/**
 * Takes audit events. It may be asynchronous: no answer waits for it. If it throws or rejects, that is reported on standard error
 * and the event is lost. To keep every event, buffer events and write them later.
 */
export type AuditSink =
  | ((event: AuditEvent, origin: AuditOrigin) => void)
  | ((event: AuditEvent, origin: AuditOrigin) => Promise<void>);
