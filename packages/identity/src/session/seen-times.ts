/**
 * When sessions were last seen, in memory until it is written: a request costs a map entry, and each session at most one write a
 * minute. This process knows the exact time. For other processes, and if this one is killed, the idle timeout is up to a minute
 * shorter and never longer.
 */
import { complain } from "../mechanism/callback.ts";
import { WriteBehind } from "../mechanism/write-behind.ts";
import type { Database } from "../store/database.ts";
import { saveSeenTimes } from "./session-store.ts";

const batchSize = 200;

/** Remembers when sessions were seen, and writes it in batches. */
export class SeenTimes {
  readonly #times: WriteBehind<number>;

  constructor(database: Database, intervalMs: number) {
    this.#times = new WriteBehind<number>({
      write: (rows) => database.transaction(() => saveSeenTimes(rows)),
      refused: (rows) => complain(`When ${rows.length} sessions were seen could not be written`, rows[0]?.error),
      batchSize,
      intervalMs,
    });
  }

  /** Notes that a session was seen. Milliseconds since 1970. */
  note(id: string, at: number): void {
    if (at > (this.#times.get(id) ?? 0)) this.#times.set(id, at);
  }

  /** When a session was last seen, as far as this process knows or the database says. */
  latest(id: string, written: number): number {
    return Math.max(written, this.#times.get(id) ?? 0);
  }

  /** Writes everything. @throws Unavailable while the database is away; the rest is kept */
  flush(): Promise<void> {
    return this.#times.flush();
  }

  /** Writes what there is, if the database answers, and stops. */
  close(): Promise<void> {
    return this.#times.close();
  }
}
