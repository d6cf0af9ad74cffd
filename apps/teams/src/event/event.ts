/** Events: each change writes one in its transaction, so readers miss no change, and see no change that was rolled back. */
import { randomUUID } from "node:crypto";
import { connection, csv, eventStream, lastEventId, notFound } from "lockstep";
import { lock, notify, type Work } from "lockstep-identity/database";
import { z } from "zod";
import type { Access, Services } from "../access.ts";
import { named, row, rows } from "../store/query.ts";
import type { Transact } from "../store/store.ts";

/** An event. The number counts the events of an organisation. The subject is the id of the object that changed. */
const members = { number: z.int(), type: z.string(), subject: z.string(), actor: z.string(), at: z.iso.datetime() };
export const Event = named("Event", members);
/** The channel that tells every process which organisation has changed. */
export const channel = "teams_events";
export const eventsAfter = rows(Event)`
  SELECT * FROM events WHERE organisation_id = :id AND number > :after ORDER BY number LIMIT 100`;
const insertEvent = row(Event)`
  INSERT INTO events (organisation_id, number, type, subject, actor, at)
  VALUES (:id, (SELECT coalesce(max(number), 0) + 1 FROM events WHERE organisation_id = :id), :type, :subject, :actor, :at)
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
  const event = yield* insertEvent({ id: org.id, type, subject: subject.id, actor: org.callerId, at: made().createdAt });
  yield* insertDeliveries({ ...event, id: org.id });
  yield* notify(channel, org.id);
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

/** The events after a number, page by page. No transaction is open while a client reads. */
async function* eventsOf({ org: { id }, db, after = 0 }: { org: { readonly id: string }; db: Transact; after?: number }) {
  for (let page = await db(() => eventsAfter({ id, after })); page.length > 0; page = await db(() => eventsAfter({ id, after }))) {
    yield* page;
    after = page.at(-1)?.number ?? after;
  }
}

const cells = ["number", "type", "subject", "actor", "at"] as const;
const deps = { after: lastEventId(z.int()), client: connection() };
export const eventRoutes = ({ viewer, auditor }: Access, { store: { database } }: Services) => [
  auditor.get("/events.csv", { response: csv(cells) }, ({ org, db }) => eventsOf({ org, db })),
  viewer.get("/events", { deps, response: eventStream(Event) }, async function* ({ org, db, after = 0, client: { signal } }) {
    let changes = Promise.withResolvers<void>();
    const wake = (): void => changes.resolve();
    const notified = (id: string): void => void (id === org.id && wake());
    const listening = await database.listen(channel, { notified, reconnected: wake });
    signal.addEventListener("abort", wake);
    try {
      for (; !signal.aborted; await changes.promise) {
        changes = Promise.withResolvers();
        for await (const event of eventsOf({ org, db, after })) yield { id: (after = event.number), data: event };
      }
    } finally {
      await listening.close();
    }
  }),
];
