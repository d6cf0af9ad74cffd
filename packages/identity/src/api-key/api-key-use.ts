/** When keys were last used: gathered in memory and written in batches, so that using a key costs no write. */
import { Unavailable } from "lockstep";
import { BoundedMap } from "../mechanism/bounded-map.ts";
import { complain } from "../mechanism/callback.ts";
import { WriteBehind } from "../mechanism/write-behind.ts";
import type { Database } from "../store/database.ts";
import { useApiKeys } from "./api-key-store.ts";

const precisionMs = 60_000;
const batchSize = 200;
/** A key that is forgotten here although it is in use is written more often than once a minute. */
const maxGathered = 100_000;

/** Gathers the last uses of keys: of each at most one a minute. */
export class ApiKeyUse {
  /** The last use that was gathered of each key. */
  readonly #gathered = new BoundedMap<string, number>(maxGathered);
  readonly #uses: WriteBehind<number>;

  constructor(database: Database, intervalMs: number) {
    this.#uses = new WriteBehind<number>({
      write: (rows) => database.transaction(() => useApiKeys(rows)),
      // No request is there to be told, and a use that is not known harms nobody.
      refused: (rows) => complain(`The last use of ${rows.length} API keys could not be written`, rows[0]?.error),
      batchSize,
      intervalMs,
    });
  }

  /** Remembers that a key was used now (milliseconds since 1970). */
  used(id: string, now: number): void {
    const before = this.#gathered.get(id);
    // Also after the clock was set back.
    if (before !== undefined && Math.abs(now - before) < precisionMs) return;
    this.#gathered.set(id, now);
    this.#uses.set(id, now);
  }

  /** Writes what is waiting. What cannot be written, because the database is away, waits for the next time. */
  async flush(): Promise<void> {
    try {
      await this.#uses.flush();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  /** Writes what is waiting, once, and stops. */
  close(): Promise<void> {
    return this.#uses.close();
  }
}
