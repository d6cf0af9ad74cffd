/** Audit events: one for each authentication failure, denial and anomaly. They hold ids and reasons, never secrets. */

/** What every audit event says. */
export interface AuditContext {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** The `X-Request-Id` of the answer. */
  readonly requestId: string;
  /** The route, as declared: `GET /notes/:id`. */
  readonly route: string;
  /** Who was asking, as far as it was verified: the id of each principal. */
  readonly subjects: readonly string[];
}

/** What an API reports to its audit sink. */
export type AuditEvent = AuditContext &
  (
    | { readonly type: "authentication.absent"; readonly schemes: readonly string[] }
    | {
        readonly type: "authentication.failed";
        readonly schemes: readonly string[];
        readonly reason: string;
        readonly dependency: string;
      }
    | { readonly type: "credential.repeated"; readonly scheme: string }
    | { readonly type: "credential.in_url"; readonly parameter: string }
    | { readonly type: "authorization.denied"; readonly reason: string; readonly dependency: string }
    | { readonly type: "scope.insufficient"; readonly required: readonly string[]; readonly dependency: string }
    | { readonly type: "object.hidden"; readonly reason: string; readonly dependency: string }
    | { readonly type: "request.cross_site"; readonly reason: string }
    | { readonly type: "error.unavailable"; readonly reason: string }
    | { readonly type: "error.unexpected"; readonly reason: string }
  );

/** The kinds of audit event. */
export type AuditEventType = AuditEvent["type"];

/** What differs from event to event; the core adds when, where and who. */
export type AuditDetails = AuditEvent extends infer E ? (E extends AuditEvent ? Omit<E, keyof AuditContext> : never) : never;

/**
 * Takes audit events. It may be asynchronous; no answer waits for it. If it throws or rejects, that is told on standard error
 * and the event is lost: buffer, and write later.
 */
export type AuditSink = ((event: AuditEvent) => void) | ((event: AuditEvent) => Promise<void>);
