/**
 * A sink that writes events to the table `identity_audit_events`, in batches, so that no request waits for it. What comes while the
 * database is away is kept, up to a limit; what is dropped beyond it is counted and told, never silent (attack row I-08).
 * The events of changes that matter are written with the change, by `Auditor.recorded`, and are not written twice.
 */
import { type AuditEvent, Unavailable } from "lockstep";
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
 * @example
 * ```ts
 * const table = tableAudit(database);
 * const auth = await identity({ database, audit: table.sink, … });
 * createApi({ routes: auth.routes, audit: table.sink, … });
 * ```
 */
export function tableAudit(database: Database, options: TableAuditOptions = {}): TableAudit {
  return new BufferedTable(database, options);
}

class BufferedTable implements TableAudit {
  readonly #database: Database;
  readonly #maxWaiting: number;
  readonly #timer: NodeJS.Timeout;
  #waiting: StoredEvent[] = [];
  #writing: Promise<void> | undefined;
  #dropped = 0;
  #isOverflowing = false;
  #isClosed = false;

  constructor(database: Database, { maxWaiting = 10_000, intervalMs = 1000 }: TableAuditOptions) {
    this.#database = database;
    this.#maxWaiting = maxWaiting;
    this.#timer = setInterval(() => {
      // The database is away: the next interval tries again.
      this.flush().catch(() => {});
    }, intervalMs);
    this.#timer.unref();
  }

  get dropped(): number {
    return this.#dropped;
  }

  readonly sink = (event: IdentityEvent | AuditEvent): void => {
    if (this.#waiting.length < this.#maxWaiting && !this.#isClosed) {
      this.#waiting.push(storedEvent(event));
      return;
    }
    this.#dropped += 1;
    if (!this.#isOverflowing) console.error("Audit events are being dropped");
    this.#isOverflowing = true;
  };

  async flush(): Promise<void> {
    // One at a time writes; what came meanwhile is written after it.
    while (this.#writing !== undefined) await this.#writing;
    this.#writing = this.#write();
    try {
      await this.#writing;
    } finally {
      this.#writing = undefined;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.flush().catch(() => {});
    if (this.#waiting.length > 0) console.error(`${this.#waiting.length} audit events could not be written`);
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchSize);
      await this.#save(batch);
      this.#waiting.splice(0, batch.length);
    }
    if (this.#isOverflowing) console.error(`Audit events are written again; ${this.#dropped} were dropped until now`);
    this.#isOverflowing = false;
  }

  /** @throws Unavailable while the database is away */
  async #save(batch: readonly StoredEvent[]): Promise<void> {
    try {
      await this.#database.transaction(() => saveAll(batch));
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      for (const event of batch) await this.#saveOne(event);
    }
  }

  /** One event that the table refuses must not keep the others from being written. */
  async #saveOne(event: StoredEvent): Promise<void> {
    try {
      await this.#database.transaction(() => saveAll([event]));
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      this.#dropped += 1;
      console.error(
        `An audit event of the type ${event.type} could not be written: ${error instanceof Error ? error.name : typeof error}`,
      );
    }
  }
}

function* saveAll(events: readonly StoredEvent[]): Work<void> {
  for (const event of events) yield* saveStoredEvent(event);
}
