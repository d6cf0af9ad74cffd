/** Events: each change writes one in its transaction, so readers miss no change and see none that was rolled back. */
import { randomUUID } from "node:crypto";
import { notFound } from "lockstep";
import { lock, notify, type Work } from "lockstep-identity/database";
import { z } from "zod";
import { named, row, rows } from "../store/query.ts";

/** An event. The number counts the events of an organisation. The subject is the id of the object that changed. */
const members = { number: z.int(), type: z.string(), subject: z.string(), actor: z.string(), at: z.iso.datetime() };
export const Event = named("Event", members);
/** The channel that tells every process which organisation has changed. */
export const eventChannel = "teams_events";

export const eventsAfter = rows(Event)`
  SELECT * FROM events WHERE organisation_id = :id AND number > :after ORDER BY number LIMIT 100`;
const insertEvent = row(Event)`
  INSERT INTO events (organisation_id, number, type, subject, actor, at)
  VALUES (:id, (SELECT coalesce(max(number), 0) + 1 FROM events WHERE organisation_id = :id), :type, :subject, :callerId, :createdAt)
  RETURNING *`;
const insertDeliveries = rows(z.unknown())`
  INSERT INTO deliveries (organisation_id, webhook_id, url, number, type, subject, actor, at, attempts, outcome, next_at)
  SELECT e.organisation_id, w.id, w.url, e.number, e.type, e.subject, e.actor, e.at, 0, 'waiting', e.at
  FROM events e JOIN webhooks w ON w.organisation_id = e.organisation_id WHERE e.organisation_id = :id AND e.number = :number`;

/** The organisation that changes, and who changes it. */
type Changing = Readonly<Record<"id" | "callerId", string>>;

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

/** Changes an organisation and records it. The work gets the first columns of a new row. */
export type Change = <T extends { readonly id: string }>(type: string, work: (made: New) => Work<T | undefined>) => Promise<T>;
type New = ReturnType<typeof made> & { readonly organisationId: string };

/** The handler of a route that removes an object. */
export function removing<T extends { readonly id: string }>(name: string, { remove }: { remove(it: T): Work<T | undefined> }) {
  return async ({ change, it }: Readonly<{ change: Change; it: T }>) => void (await change(`${name}.removed`, () => remove(it)));
}
