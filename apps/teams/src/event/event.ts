/**
 * Events: each change of an organisation writes one, in the same transaction. The audit export, the event stream and the webhooks
 * all read them, so none can miss a change or report one that was rolled back.
 */
import { randomUUID } from "node:crypto";
import { notFound } from "lockstep";
import { lock, notify, type Work } from "lockstep-identity/database";
import { z } from "zod";
import { row, rows } from "../store/query.ts";

/** An event. The number counts the events of an organisation. The subject is the id of the object that changed. */
export const Event = z
  .object({ number: z.int(), type: z.string(), subject: z.string(), actor: z.string(), at: z.iso.datetime() })
  .meta({ id: "Event" });

/** The channel that tells every process which organisation has changed. */
export const eventChannel = "teams_events";

export const eventsAfter = rows(
  Event,
  "SELECT * FROM events WHERE organisation_id = :id AND number > :after ORDER BY number LIMIT 100",
);
const insertEvent = row(
  Event,
  `INSERT INTO events (organisation_id, number, type, subject, actor, at)
   SELECT CAST(:id AS TEXT), coalesce(max(number), 0) + 1, CAST(:type AS TEXT), CAST(:subject AS TEXT), CAST(:callerId AS TEXT),
     CAST(:createdAt AS TEXT)
   FROM events WHERE organisation_id = :id RETURNING *`,
);
const insertDeliveries = rows(
  z.unknown(),
  `INSERT INTO deliveries (organisation_id, webhook_id, number, attempts, outcome, next_at)
   SELECT organisation_id, id, CAST(:number AS BIGINT), 0, 'waiting', CAST(:at AS TEXT) FROM webhooks WHERE organisation_id = :id`,
);

/** The organisation that changes, and who changes it. */
export interface Changing {
  readonly id: string;
  readonly callerId: string;
}

/** Runs a change and records it. If there is nothing to change, the answer is 404. */
export function* changed<T extends { readonly id: string }>(org: Changing, type: string, change: Work<T | undefined>): Work<T> {
  // Changes of one organisation take turns, so their events become visible in the order of their numbers.
  yield* lock(`organisation ${org.id}`);
  const subject = (yield* change) ?? notFound();
  const event = yield* insertEvent({ ...made(), ...org, type, subject: subject.id });
  yield* insertDeliveries({ ...event, id: org.id });
  yield* notify(eventChannel, org.id);
  return subject;
}

/** The first columns of a new row. */
export const made = () => ({ id: randomUUID(), createdAt: new Date().toISOString() });
