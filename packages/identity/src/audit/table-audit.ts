/**
 * A sink that writes events to the table `identity_audit_events` in batches: no request waits for it. Events that anyone can
 * cause are counted and get a few rows a minute (`event-tally.ts`). While the database is away, events are kept, up to a limit
 * for each type. Events beyond the limit are dropped, counted and reported, never silently (I-08). `Auditor.recorded` writes the
 * events of important changes together with the change; they always get a row, and are not written twice.
 */
import { randomBytes } from "node:crypto";
import type { AuditEvent, AuditOrigin, Redacted } from "lockstep";
import { BoundedMap } from "../mechanism/bounded-map.ts";
import { complain } from "../mechanism/callback.ts";
import { type RefusedRow, WriteBehind } from "../mechanism/write-behind.ts";
import { checkOptions, WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import { identityKey, WrongIdentityKey } from "../secret/identity-key.ts";
import type { Database } from "../store/database.ts";
import type { Work } from "../store/statement.ts";
import { wasRecorded } from "./auditor.ts";
import type { IdentityEvent } from "./event.ts";
import { EventTally, minuteMs } from "./event-tally.ts";
import { networkName } from "./network-name.ts";
import { saveStoredEvent, storedEvent, type StoredEvent } from "./stored-event.ts";

/** The options of `tableAudit()`. */
export interface TableAuditOptions {
  /**
   * `IDENTITY_KEY`: with it, a network has the same name in the events of every process. Default: a random key, so names are the
   * same only until the process ends.
   */
  readonly key?: Redacted<string> | undefined;
  /**
   * The most events of one type that get a row each in a minute, and at most 60 about one subject. Further ones are counted. It
   * does not limit the events of changes to accounts, credentials and permissions, and failures without a subject are always
   * counted. Default 600.
   */
  readonly rowsPerMinute?: number;
  /** The most events of one type that wait to be written. Default 2,000. */
  readonly maxWaiting?: number;
  /** The longest time that an event waits while the database answers. Milliseconds; default 1,000. */
  readonly intervalMs?: number;
  /** Milliseconds, from a clock that nobody sets. It only tells when a minute is over. Default: that of the process. */
  readonly monotonicClock?: () => number;
}

/** Writes events to the table. */
export interface TableAudit {
  /**
   * The sink, for `identity({ audit })` and for `createApi({ audit })`. If you call it from a function of your own, pass both
   * parameters: without the second, all networks count as one.
   */
  readonly sink: (event: IdentityEvent | AuditEvent, origin?: AuditOrigin) => void;
  /**
   * The number of events of each type that were dropped since the process began: too many waited, the table refused them, or it
   * was closed. Types without any are left out.
   */
  readonly dropped: Readonly<Record<string, number>>;
  /** Writes the events that wait or are being counted. @throws Unavailable while the database is away; then nothing is lost */
  flush(): Promise<void>;
  /** Does the same, and stops. A line on standard error says how many events could not be written. */
  close(): Promise<void>;
}

const batchSize = 100;

/**
 * A sink that writes to the database.
 *
 * @throws WrongIdentityOption for an option that does not exist or is out of range, and for a key that is not an `IDENTITY_KEY`
 *
 * @example
 * ```ts
 * const table = tableAudit(database, { key });
 * const auth = await identity({ database, key, audit: table.sink, … });
 * createApi({ routes: auth.routes, audit: table.sink, … });
 * ```
 */
export function tableAudit(database: Database, options: TableAuditOptions = {}): TableAudit {
  checkOptions("tableAudit()", options, {
    key: true,
    rowsPerMinute: true,
    maxWaiting: true,
    intervalMs: true,
    monotonicClock: true,
  });
  for (const name of ["rowsPerMinute", "maxWaiting"] as const)
    if (!Number.isInteger(options[name] ?? 1) || (options[name] ?? 1) < 1)
      throw new WrongIdentityOption(`Set \`${name}\` to a whole number, 1 or more`);
  return new BufferedTable(database, options);
}

class BufferedTable implements TableAudit {
  readonly #events: WriteBehind<StoredEvent>;
  readonly #tally: EventTally;
  readonly #networkKey: Buffer;
  /** The names of the addresses that were seen last: an address that floods costs no hash for each request. */
  readonly #names = new BoundedMap<string, string>(1000);
  readonly #dropped = new Map<string, number>();
  /** Ends the minute, if no event comes after it. */
  #timer: NodeJS.Timeout | undefined;
  #isOverflowing = false;

  constructor(database: Database, options: TableAuditOptions) {
    const { key, rowsPerMinute = 600, maxWaiting = 2000, intervalMs = 1000 } = options;
    const clock = options.monotonicClock ?? (() => performance.now());
    this.#networkKey = key === undefined ? randomBytes(32) : readKey(key);
    this.#tally = new EventTally(rowsPerMinute, clock);
    this.#events = new WriteBehind<StoredEvent>({
      write: (rows) => database.transaction(() => saveAll(rows.map(([, event]) => event))),
      refused: (rows) => this.#refused(rows),
      failing: (error) => complain("Audit events cannot be written; they are kept and tried again", error),
      flushed: () => this.#flushed(),
      batchSize,
      intervalMs,
      maxWaiting,
      // The rows of counted events are few, and have room of their own.
      groupOf: ({ type, details }) => (details["count"] === undefined ? type : `${type} (counted)`),
      // Write a burst of events before the buffer is full.
      flushAt: Math.ceil(maxWaiting / 2),
    });
  }

  get dropped(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#dropped);
  }

  readonly sink = (event: IdentityEvent | AuditEvent, origin?: AuditOrigin): void => {
    const stored = storedEvent(event);
    if (wasRecorded(event)) return this.#keep(stored);
    if (this.#tally.isOver) this.#endMinute();
    if (this.#tally.admits(stored, () => this.#nameOf(origin?.address))) return this.#keep(stored);
    this.#timer ??= setTimeout(() => this.#endMinute(), minuteMs).unref();
  };

  #nameOf(address = ""): string {
    const known = this.#names.get(address);
    if (known !== undefined) return known;
    const name = networkName(this.#networkKey, address);
    this.#names.set(address, name);
    return name;
  }

  async flush(): Promise<void> {
    this.#endMinute();
    await this.#events.flush();
  }

  async close(): Promise<void> {
    this.#endMinute();
    await this.#events.close();
    if (this.#events.size > 0) console.error(`${this.#events.size} audit events could not be written`);
  }

  /** Keeps the rows of the events that were counted. */
  #endMinute(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const row of this.#tally.end()) this.#keep(row);
  }

  #keep(event: StoredEvent): void {
    if (this.#events.set(event.id, event)) return;
    this.#countDropped(event);
    if (!this.#isOverflowing) console.error(`Audit events are being dropped: of the type ${event.type}, at first`);
    this.#isOverflowing = true;
  }

  /** If a row of counted events is dropped, all of them are. */
  #countDropped({ type, details: { count } }: StoredEvent): void {
    this.#dropped.set(type, (this.#dropped.get(type) ?? 0) + (typeof count === "number" ? count : 1));
  }

  #refused(rows: readonly RefusedRow<StoredEvent>[]): void {
    for (const { value, error } of rows) {
      this.#countDropped(value);
      complain(`An audit event of the type ${value.type} could not be written`, error);
    }
  }

  #flushed(): void {
    if (this.#isOverflowing) console.error(`Audit events are written again; dropped so far: ${wordsOf(this.#dropped)}`);
    this.#isOverflowing = false;
  }
}

function wordsOf(dropped: ReadonlyMap<string, number>): string {
  return [...dropped].map(([type, count]) => `${count} ${type}`).join(", ");
}

function readKey(key: Redacted<string>): Buffer {
  try {
    return identityKey(key).derive("audit-network");
  } catch (error) {
    if (!(error instanceof WrongIdentityKey)) throw error;
    throw new WrongIdentityOption(`Make a key with \`lockstep-identity generate-key\`: IDENTITY_KEY ${error.message}`);
  }
}

function* saveAll(events: readonly StoredEvent[]): Work<void> {
  for (const event of events) yield* saveStoredEvent(event);
}
