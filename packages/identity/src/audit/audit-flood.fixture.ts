/** Floods of events, and the rows that they add. */
import type { TestContext } from "node:test";
import type { AuditEvent } from "lockstep";
import type { Database } from "../store/database.ts";
import { listEvents } from "./audit-log.ts";
import { countersEachMinute, mostCounters } from "./event-tally.ts";
import type { StoredEvent } from "./stored-event.ts";
import { type TableAudit, tableAudit, type TableAuditOptions } from "./table-audit.ts";

const never = 2_000_000_000;

/** A table whose minutes pass when a test says so. */
export class Minutes {
  readonly table: TableAudit;
  readonly #db: Database;
  now = 0;

  constructor(t: TestContext, db: Database, options: TableAuditOptions = {}) {
    this.#db = db;
    this.table = tableAudit(db, { intervalMs: never, monotonicClock: () => this.now, ...options });
    t.after(() => this.table.close());
  }

  /** Writes what waits, and returns every row, the oldest first. */
  async rows(): Promise<readonly StoredEvent[]> {
    await this.table.flush();
    return (await this.#db.run(listEvents({ limit: 100_000 }))).toReversed();
  }
}

/** The most rows of one type that the anonymous events of some minutes add, whatever their networks and routes are. */
export function bound(minutes: number): number {
  return mostCounters + countersEachMinute * (minutes - 1) + minutes;
}

/** A request without a credential. */
export function absent(at: number, route = "GET /me"): AuditEvent {
  return { type: "authentication.absent", at, requestId: `request-${at}`, route, subjects: [], schemes: ["bearer"] };
}

/** A request that an account may not make. */
export function denied(at: number, subject: string): AuditEvent {
  const event = { at, requestId: "request-1", route: "GET /notes/:id", subjects: [subject] };
  return { type: "authorization.denied", ...event, reason: "no", dependency: "user" };
}

/** How many events a row is about. */
export function countOf({ details }: StoredEvent): number {
  return typeof details["count"] === "number" ? details["count"] : 1;
}

/** How many events some rows are about. */
export function sum(rows: readonly StoredEvent[]): number {
  return rows.reduce((all, row) => all + countOf(row), 0);
}
