/**
 * A sink that writes events to the table `identity_audit_events` in batches: no request waits for it. While the database is away,
 * events are kept, up to a limit. Events beyond the limit are dropped, counted and reported, never silently (I-08).
 * `Auditor.recorded` writes the events of important changes together with the change; they are not written twice.
 */
import type { AuditEvent } from "lockstep";
import { complain } from "../mechanism/callback.ts";
import { type RefusedRow, WriteBehind } from "../mechanism/write-behind.ts";
import { checkOptions } from "../mechanism/wrong-identity-option.ts";
import type { Database } from "../store/database.ts";
import type { Work } from "../store/statement.ts";
import type { IdentityEvent } from "./event.ts";
import { saveStoredEvent, storedEvent, type StoredEvent } from "./stored-event.ts";

/** The options of `tableAudit()`. */
export interface TableAuditOptions {
  /** The most events that wait to be written. Default 10,000. */
  readonly maxWaiting?: number;
  /** The longest time that an event waits while the database answers. Milliseconds; default 1,000. */
  readonly intervalMs?: number;
}

/** Writes events to the table. */
export interface TableAudit {
  /** The sink, for `identity({ audit })` and for `createApi({ audit })`. */
  readonly sink: (event: IdentityEvent | AuditEvent) => void;
  /**
   * The number of events that were dropped since the process began: too many waited, the table refused them, or it was closed.
   */
  readonly dropped: number;
  /** Writes the events that wait. @throws Unavailable while the database is away; then nothing is lost */
  flush(): Promise<void>;
  /** Writes the events that wait, and stops. A line on standard error says how many could not be written. */
  close(): Promise<void>;
}

const batchSize = 100;

/**
 * A sink that writes to the database.
 *
 * @throws WrongIdentityOption for an option that does not exist
 *
 * @example
 * ```ts
 * const table = tableAudit(database);
 * const auth = await identity({ database, audit: table.sink, … });
 * createApi({ routes: auth.routes, audit: table.sink, … });
 * ```
 */
export function tableAudit(database: Database, options: TableAuditOptions = {}): TableAudit {
  checkOptions("tableAudit()", options, { maxWaiting: true, intervalMs: true });
  return new BufferedTable(database, options);
}

class BufferedTable implements TableAudit {
  readonly #events: WriteBehind<StoredEvent>;
  #dropped = 0;
  #isOverflowing = false;

  constructor(database: Database, { maxWaiting = 10_000, intervalMs = 1000 }: TableAuditOptions) {
    this.#events = new WriteBehind<StoredEvent>({
      write: (rows) => database.transaction(() => saveAll(rows.map(([, event]) => event))),
      refused: (rows) => this.#refused(rows),
      failing: (error) => complain("Audit events cannot be written; they are kept and tried again", error),
      flushed: () => this.#flushed(),
      batchSize,
      intervalMs,
      maxWaiting,
      groupOf: () => "all",
      // Write a burst of events before the buffer is full.
      flushAt: Math.ceil(maxWaiting / 2),
    });
  }

  get dropped(): number {
    return this.#dropped;
  }

  readonly sink = (event: IdentityEvent | AuditEvent): void => {
    const stored = storedEvent(event);
    if (this.#events.set(stored.id, stored)) return;
    this.#dropped += 1;
    if (!this.#isOverflowing) console.error("Audit events are being dropped");
    this.#isOverflowing = true;
  };

  flush(): Promise<void> {
    return this.#events.flush();
  }

  async close(): Promise<void> {
    await this.#events.close();
    if (this.#events.size > 0) console.error(`${this.#events.size} audit events could not be written`);
  }

  #refused(rows: readonly RefusedRow<StoredEvent>[]): void {
    this.#dropped += rows.length;
    for (const { value, error } of rows) complain(`An audit event of the type ${value.type} could not be written`, error);
  }

  #flushed(): void {
    if (this.#isOverflowing) console.error(`Audit events are written again; ${this.#dropped} were dropped before`);
    this.#isOverflowing = false;
  }
}

function* saveAll(events: readonly StoredEvent[]): Work<void> {
  for (const event of events) yield* saveStoredEvent(event);
}
