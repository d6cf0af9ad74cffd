/**
 * Passes events to the sink. The events of important changes are also written to the table, in the transaction of the change: no
 * such change happens without its event (I-08).
 */
import { randomUUID } from "node:crypto";
import { checkedClock, notify, timeOf } from "../mechanism/callback.ts";
import type { Database } from "../store/database.ts";
import type { Work } from "../store/statement.ts";
import { type IdentityAuditSink, type IdentityEvent, type IdentityEventDetails, outcomeOf } from "./event.ts";
import { saveStoredEvent, storedEvent } from "./stored-event.ts";

/** Records an event in the transaction that it belongs to. */
export type Recorder = (details: IdentityEventDetails) => Work<void>;

/** The origin of an event. */
export interface EventOrigin {
  readonly requestId?: string;
  /** The client's IP address. The sink gets it beside the event, and never in it. */
  readonly address?: string | undefined;
}

/** The events that were written in the transaction of their change. */
const recorded = new WeakSet<object>();

/** Whether an event was written to the table in the transaction of its change. */
export function wasRecorded(event: object): boolean {
  return recorded.has(event);
}

/** Reports events. */
export class Auditor {
  readonly #sink: IdentityAuditSink;
  readonly #clock: () => number;

  constructor(sink: IdentityAuditSink, clock: () => number) {
    this.#sink = sink;
    this.#clock = checkedClock(clock);
  }

  /** Calls the sink and does not wait for it. If it throws or rejects, a line on standard error names the type of the event. */
  report(details: IdentityEventDetails, origin: EventOrigin = {}): void {
    this.#tell(this.#complete(details, origin), origin);
  }

  /**
   * Runs a transaction that also writes its events, and calls the sink once it is committed.
   *
   * @throws Unavailable while the database is away; then nothing has happened
   */
  async recorded<T>(database: Database, origin: EventOrigin, work: (record: Recorder) => Work<T>): Promise<T> {
    let events: IdentityEvent[] = [];
    const record = (details: IdentityEventDetails): Work<void> => {
      const event = this.#complete(details, origin);
      events.push(event);
      return saveEvent(event);
    };
    const result = await database.transaction(() => {
      // A transaction that collided is tried again: discard the events of the first attempt.
      events = [];
      return work(record);
    });
    for (const event of events) {
      recorded.add(event);
      this.#tell(event, origin);
    }
    return result;
  }

  #complete(details: IdentityEventDetails, { requestId }: EventOrigin): IdentityEvent {
    const about = { id: randomUUID(), at: timeOf(this.#clock), outcome: outcomeOf(details.type) };
    return { ...about, ...(requestId === undefined ? {} : { requestId }), ...details };
  }

  #tell(event: IdentityEvent, { address }: EventOrigin): void {
    notify(`The audit sink failed on ${event.type}`, this.#sink, event, { address });
  }
}

/** Writes an event to the table, once. */
export function saveEvent(event: IdentityEvent): Work<void> {
  return saveStoredEvent(storedEvent(event));
}
