/** Records when keys were last used. Uses are collected in memory and written in batches, so using a key costs no write. */
import { Unavailable } from "lockstep";
import { BoundedMap } from "../mechanism/bounded-map.ts";
import { complain } from "../mechanism/callback.ts";
import { WriteBehind } from "../mechanism/write-behind.ts";
import type { Database } from "../store/database.ts";
import { useApiKeys } from "./api-key-store.ts";

const precisionMs = 60_000;
const batchSize = 200;
/** A key that is dropped from memory while it is in use is written more often than once a minute. */
const maxGathered = 100_000;
/** While nothing can be written, the uses of more keys than these are forgotten, the oldest first. About 30 MB. */
const maxWaiting = 200_000;

/** Collects the last uses of keys, for each key at most one a minute. */
export class ApiKeyUse {
  /** The last use of each key that was collected. */
  readonly #gathered = new BoundedMap<string, number>(maxGathered);
  readonly #uses: WriteBehind<number>;

  constructor(database: Database, intervalMs: number) {
    this.#uses = new WriteBehind<number>({
      write: (rows) => database.transaction(() => useApiKeys(rows)),
      // There is no request to report the failure to, and a missing last use does no harm.
      refused: (rows) => complain(`The last use of ${rows.length} API keys could not be written`, rows[0]?.error),
      failing: (error) => complain("The last uses of API keys cannot be written; they are kept and tried again", error),
      batchSize,
      intervalMs,
      maxWaiting,
    });
  }

  /** Records that a key was used now (milliseconds since 1970). */
  used(id: string, now: number): void {
    const before = this.#gathered.get(id);
    // The difference is absolute, in case the clock was set back.
    if (before !== undefined && Math.abs(now - before) < precisionMs) return;
    this.#gathered.set(id, now);
    this.#uses.set(id, now);
  }

  /**
   * Writes the uses that are waiting. If the database is away, they wait for the next time.
   *
   * @throws the error of the database if it takes none of them for another reason; they wait for the next time, too
   */
  async flush(): Promise<void> {
    try {
      await this.#uses.flush();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  /** Writes the uses that are waiting, once, and stops. */
  close(): Promise<void> {
    return this.#uses.close();
  }
}
