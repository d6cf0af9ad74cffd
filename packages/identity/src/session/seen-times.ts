/**
 * When sessions were last seen. The times stay in memory until they are written, so a request costs one map entry, and a session
 * at most one write each minute. This process knows the exact time. For other processes, and if this one is killed, the idle
 * timeout is up to a minute shorter and never longer.
 */
import { complain } from "../mechanism/callback.ts";
import { WriteBehind } from "../mechanism/write-behind.ts";
import type { Database } from "../store/database.ts";
import { saveSeenTimes } from "./session-store.ts";

const batchSize = 200;
/**
 * While nothing can be written, the times of more sessions than these are forgotten, the oldest first: their idle timeout is
 * shorter then. About 30 MB.
 */
const maxWaiting = 200_000;

/** Remembers when sessions were seen, and writes the times in batches. */
export class SeenTimes {
  readonly #times: WriteBehind<number>;

  constructor(database: Database, intervalMs: number) {
    this.#times = new WriteBehind<number>({
      write: (rows) => database.transaction(() => saveSeenTimes(rows)),
      refused: (rows) => complain(`Could not write when ${rows.length} sessions were last seen`, rows[0]?.error),
      failing: (error) => complain("Cannot write when sessions were last seen; the times are kept and tried again", error),
      batchSize,
      intervalMs,
      maxWaiting,
    });
  }

  /** Notes that a session was seen at a time, in milliseconds since 1970. */
  note(id: string, at: number): void {
    if (at > (this.#times.get(id) ?? 0)) this.#times.set(id, at);
  }

  /** Returns when a session was last seen: the time that was written, or a later one in memory. */
  latest(id: string, written: number): number {
    return Math.max(written, this.#times.get(id) ?? 0);
  }

  /** Writes all times. @throws Unavailable while the database is away; times that were not written stay in memory */
  flush(): Promise<void> {
    return this.#times.flush();
  }

  /** Writes all times if the database answers, and stops. */
  close(): Promise<void> {
    return this.#times.close();
  }
}
