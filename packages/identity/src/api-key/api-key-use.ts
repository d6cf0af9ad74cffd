/** When keys were last used: gathered in memory and written in batches, so that using a key costs no write. */
import { Unavailable } from "lockstep";
import type { Database } from "../store/database.ts";
import { useApiKey } from "./api-key-store.ts";

const precisionMs = 60_000;
const batch = 200;

/** Gathers the last uses of keys: of each at most one a minute. */
export class ApiKeyUse {
  readonly #database: Database;
  readonly #flushEveryMs: number;
  /** What was gathered of each key in the last minute. */
  readonly #seen = new Map<string, number>();
  #waiting = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(database: Database, flushEveryMs: number) {
    this.#database = database;
    this.#flushEveryMs = flushEveryMs;
  }

  /** Remembers that a key was used now (milliseconds since 1970). */
  used(id: string, now: number): void {
    const before = this.#seen.get(id);
    // Also after the clock was set back.
    if (before !== undefined && Math.abs(now - before) < precisionMs) return;
    this.#seen.set(id, now);
    this.#waiting.set(id, now);
    this.#schedule();
  }

  /** Writes what is waiting. What cannot be written, because the database is away, waits for the next time. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#flush());
    return this.#writing;
  }

  /** Writes what is waiting, once, and stops. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.flush();
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const uses = [...this.#waiting].toSorted(([a], [b]) => (a < b ? -1 : 1));
    this.#waiting = new Map();
    for (let start = 0; start < uses.length; start += batch) {
      const isWritten = await this.#write(uses.slice(start, start + batch));
      if (!isWritten) return this.#keep(uses.slice(start));
    }
    this.#forget(uses);
  }

  /** In the order of the ids, so that two nodes that write the same keys wait for each other instead of colliding. */
  async #write(uses: readonly (readonly [string, number])[]): Promise<boolean> {
    try {
      await this.#database.transaction(function* () {
        for (const [id, at] of uses) yield* useApiKey(id, at);
      });
      return true;
    } catch (error) {
      if (error instanceof Unavailable) return false;
      // No request is there to be told, and a use that is not known harms nobody.
      console.error(`The last use of API keys was not written: ${error instanceof Error ? error.name : typeof error}`);
      return true;
    }
  }

  #keep(uses: readonly (readonly [string, number])[]): void {
    for (const [id, at] of uses) if (!this.#waiting.has(id)) this.#waiting.set(id, at);
    this.#schedule();
  }

  /** Forgets keys that were not used for a while: there is one entry for each key in use, not for each there ever was. */
  #forget(uses: readonly (readonly [string, number])[]): void {
    const latest = Math.max(...uses.map(([, at]) => at));
    for (const [id, at] of this.#seen) if (at <= latest - precisionMs) this.#seen.delete(id);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => void this.flush(), this.#flushEveryMs);
    this.#timer.unref();
  }
}
