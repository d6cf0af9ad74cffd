/** Rows of the table `identity_audit_events`: events of identity, and of an API. */
import { randomUUID } from "node:crypto";
import type { AuditEvent } from "lockstep";
import { numberOf, textOf, textOrNone } from "../store/row.ts";
import { all, type Row, sql, type Work } from "../store/statement.ts";
import type { IdentityEvent } from "./event.ts";

/** An event of the table. */
export interface StoredEvent {
  /** Unique. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: string;
  readonly outcome: "success" | "failure";
  /** The subject: the id of an account, which is a UUID, or of a client, which is not. */
  readonly subject: string | undefined;
  /** The `X-Request-Id` of the answer, if there was a request. */
  readonly requestId: string | undefined;
  /** All other members of the event, by name. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Makes a row of an event. */
export function storedEvent(event: IdentityEvent | AuditEvent): StoredEvent {
  if ("id" in event) {
    const { id, at, type, outcome, requestId, ...details } = event;
    const subject = "subject" in details ? details.subject : undefined;
    return { id, at, type, outcome, subject, requestId, details };
  }
  // All events of an API are failures, and they have no id.
  const { at, type, requestId, ...details } = event;
  return { id: randomUUID(), at, type, outcome: "failure", subject: event.subjects[0], requestId, details };
}

const insert = sql(`
  INSERT INTO identity_audit_events (id, at, type, outcome, subject, request_id, details)
  VALUES (:id, :at, :type, :outcome, :subject, :requestId, :details)
  ON CONFLICT (id) DO NOTHING`);

/** Writes an event, unless the table has it. */
export function* saveStoredEvent({ subject, requestId, details, ...event }: StoredEvent): Work<void> {
  yield* all(insert, {
    ...event,
    subject: subject === undefined ? null : indexed(subject),
    requestId: requestId === undefined ? null : indexed(requestId),
    details: JSON.stringify(details),
  });
}

/** Reads an event. */
export function toStoredEvent(row: Row): StoredEvent {
  return {
    id: textOf(row, "id"),
    at: numberOf(row, "at"),
    type: textOf(row, "type"),
    // Only `saveStoredEvent` writes rows, and the JSON in them.
    outcome: textOf(row, "outcome") as StoredEvent["outcome"],
    subject: textOrNone(row, "subject"),
    requestId: textOrNone(row, "request_id"),
    details: JSON.parse(textOf(row, "details")) as StoredEvent["details"],
  };
}

/** The form of a subject in an index: the `sub` of a foreign issuer may be any text, and no database indexes every text. */
export function indexed(text: string): string {
  return text.slice(0, maxIndexed).toWellFormed().replaceAll("\0", "\uFFFD");
}

const maxIndexed = 256;
