/** Reads the table of events. */
import { all, sql, type Work } from "../store/statement.ts";
import { indexed, type StoredEvent, toStoredEvent } from "./stored-event.ts";

/** Which events to read, newest first. */
export interface EventQuery {
  /** The number of events, 1 to 1,000. */
  readonly limit: number;
  /** The last event of the page before. */
  readonly before?: Pick<StoredEvent, "id" | "at"> | undefined;
  /** Only events from this time on. Milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Only events about this subject: the id of an account or of a client. */
  readonly subject?: string | undefined;
  readonly type?: string | undefined;
}

const columns = "id, at, type, outcome, subject, request_id, details";
const filter = `
  at >= :since AND (at < :at OR (at = :at AND id < :id)) AND (CAST(:type AS TEXT) = '' OR type = :type)
  ORDER BY at DESC, id DESC LIMIT :limit`;
const newest = sql(`SELECT ${columns} FROM identity_audit_events WHERE ${filter}`);
const newestAbout = sql(`SELECT ${columns} FROM identity_audit_events WHERE subject = :subject AND ${filter}`);

/** Reads a page of events. */
export function* listEvents({ limit, before, since = 0, subject, type = "" }: EventQuery): Work<readonly StoredEvent[]> {
  const place = { limit, since, type: indexed(type), at: before?.at ?? Number.MAX_SAFE_INTEGER, id: before?.id ?? "" };
  const rows = subject === undefined ? yield* all(newest, place) : yield* all(newestAbout, { ...place, subject: indexed(subject) });
  return rows.map(toStoredEvent);
}
