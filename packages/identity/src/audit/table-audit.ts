/**
 * A sink that writes events to the table `identity_audit_events`, in batches, so that no request waits for it. What comes while the
 * database is away is kept, up to a limit; what is dropped beyond it is counted and told, never silent (attack row I-08).
 * The events of changes that matter are written with the change, by `Auditor.recorded`, and are not written twice.
 */
import type { AuditEvent } from "lockstep";
import { complain } from "../mechanism/callback.ts";
import { type RefusedRow, WriteBehind } from "../mechanism/write-behind.ts";
import { checkOptions } from "../mechanism/wrong-identity-option.ts";
import type { Database } from "../store/database.ts";
import type { Work } from "../store/statement.ts";
import type { IdentityEvent } from "./event.ts";
import { saveStoredEvent, storedEvent, type StoredEvent } from "./stored-event.ts";

/** How the table is written. */
export interface TableAuditOptions {
  /** The most events that wait to be written. Default 10,000. */
  readonly maxWaiting?: number;
  /** How long an event waits at most while the database answers, in milliseconds. Default 1,000. */
  readonly intervalMs?: number;
}

/** Writes events to the table. */
export interface TableAudit {
  /** For `identity({ audit })` and `createApi({ audit })` alike. */
  readonly sink: (event: IdentityEvent | AuditEvent) => void;
  /** How many events were dropped since the process began, because too many waited, the table refused them, or it was closed. */
  readonly dropped: number;
  /** Writes what waits. @throws Unavailable while the database is away; nothing is lost then */
  flush(): Promise<void>;
  /** Writes what waits, once more, and stops. What cannot be written is told on standard error. */
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
      flushed: () => this.#flushed(),
      batchSize,
      intervalMs,
      maxWaiting,
      // A burst of events is written before there is no room for it.
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
    if (this.#isOverflowing) console.error(`Audit events are written again; ${this.#dropped} were dropped until now`);
    this.#isOverflowing = false;
  }
}

function* saveAll(events: readonly StoredEvent[]): Work<void> {
  for (const event of events) yield* saveStoredEvent(event);
}
