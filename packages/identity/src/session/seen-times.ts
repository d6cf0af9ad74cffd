/**
 * When sessions were last seen, in memory until it is written: a request costs a map entry, and each session at most one write a
 * minute. This process knows the exact time; for others, and after this one was killed, it is as if the idle timeout were up to a
 * minute shorter, never longer.
 */
import { Unavailable } from "lockstep";
import type { Database } from "../store/database.ts";
import { saveSeenTimes } from "./session-store.ts";

/** Sessions in one transaction: on SQLite nothing else happens meanwhile. */
const batchSize = 200;

/** Remembers when sessions were seen, and writes it in batches. */
export class SeenTimes {
  readonly #database: Database;
  readonly #intervalMs: number;
  readonly #times = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(database: Database, intervalMs: number) {
    this.#database = database;
    this.#intervalMs = intervalMs;
  }

  /** Notes that a session was seen. Milliseconds since 1970. */
  note(id: string, at: number): void {
    if (at > (this.#times.get(id) ?? 0)) this.#times.set(id, at);
    this.#timer ??= setInterval(() => void this.#flushQuietly(), this.#intervalMs).unref();
  }

  /** When a session was last seen, as far as this process knows or the database says. */
  latest(id: string, written: number): number {
    return Math.max(written, this.#times.get(id) ?? 0);
  }

  /** Writes everything; one at a time. @throws Unavailable while the database is away; what is not written is kept */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** Writes what there is, if the database answers, and stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushQuietly();
  }

  async #write(): Promise<void> {
    const all = [...this.#times];
    for (let start = 0; start < all.length; start += batchSize) {
      const batch = all.slice(start, start + batchSize);
      await this.#database.transaction(() => saveSeenTimes(batch));
      for (const [id, at] of batch) if (this.#times.get(id) === at) this.#times.delete(id);
    }
  }

  /** Nobody waits for a batch: one that fails is written with the next. */
  async #flushQuietly(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      if (error instanceof Unavailable) return;
      console.error(`When sessions were seen could not be written: ${error instanceof Error ? error.name : typeof error}`);
    }
  }
}
