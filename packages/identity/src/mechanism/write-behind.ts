/**
 * A buffer in memory in front of a table, for rows that no request should wait for. It is written in batches: after an interval,
 * when many rows wait, and when it is closed. While the database is away, rows are kept and tried again. The owner of the buffer
 * decides which rows there are, and what happens to a row for which there is no room.
 */
import { Unavailable } from "lockstep";
import { SingleFlight } from "./single-flight.ts";

/** A row that waits, with its key. */
export type WaitingRow<V> = readonly [key: string, value: V];

/** A row that the database does not take. It is dropped, or it would keep the others from being written. */
export interface RefusedRow<V> {
  readonly key: string;
  readonly value: V;
  readonly error: unknown;
}

/** How a buffer is written. */
export interface WriteBehindOptions<V> {
  /**
   * Writes all of the rows in one transaction, or none of them. A row may come a second time, if nobody can tell whether the
   * first transaction was committed; then this must change nothing. If it rejects with `Unavailable`, the rows are kept.
   */
  readonly write: (rows: readonly WaitingRow<V>[]) => Promise<unknown>;
  /**
   * Is called once for each flush, with the rows that were dropped because writing them failed for another reason than an
   * outage.
   */
  readonly refused: (rows: readonly RefusedRow<V>[]) => void;
  /** The most rows in one transaction: on SQLite nothing else happens meanwhile. */
  readonly batchSize: number;
  /** How long a row waits at most while the database answers. Milliseconds. */
  readonly intervalMs: number;
  /** The most rows that wait. Default: no bound, for buffers that have one row for each of a known set. */
  readonly maxWaiting?: number;
  /** When this many rows wait, they are written at once. Default: never. */
  readonly flushAt?: number;
  /** Is called after each flush that has written everything. */
  readonly flushed?: () => void;
}

/** A buffer of rows by key. Of several values for one key, the last one is written. */
export class WriteBehind<V> {
  readonly #options: WriteBehindOptions<V>;
  readonly #waiting = new Map<string, V>();
  readonly #flight = new SingleFlight(() => this.#flush());
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: WriteBehindOptions<V>) {
    this.#options = options;
  }

  /** How many rows wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The value that waits for a key. */
  get(key: string): V | undefined {
    return this.#waiting.get(key);
  }

  /** Keeps a row until it is written. Returns `false`, and keeps nothing, if the buffer is full or closed. */
  set(key: string, value: V): boolean {
    const { maxWaiting = Infinity, flushAt } = this.#options;
    const isNew = !this.#waiting.has(key);
    if (this.#isClosed || (isNew && this.#waiting.size >= maxWaiting)) return false;
    this.#waiting.set(key, value);
    this.#schedule();
    // Only when this number is reached: while the database is away, a row above it does not cause another attempt.
    if (isNew && this.#waiting.size === flushAt) this.#flushQuietly();
    return true;
  }

  /** Writes every row that waits when it is called. @throws Unavailable while the database is away; the rows are kept */
  flush(): Promise<void> {
    return this.#flight.runAgain();
  }

  /** Takes no more rows, and writes those that wait if the database answers. Never rejects. `size` says how many are left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.flush().catch(() => {});
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { batchSize, refused, flushed } = this.#options;
    const rows = [...this.#waiting];
    const dropped: RefusedRow<V>[] = [];
    try {
      for (let start = 0; start < rows.length; start += batchSize) await this.#save(rows.slice(start, start + batchSize), dropped);
    } finally {
      if (dropped.length > 0) refused(dropped);
      if (this.#waiting.size > 0) this.#schedule();
    }
    flushed?.();
  }

  /** Writes a batch; row by row if the database does not take it, to find those that it refuses. @throws Unavailable */
  async #save(rows: readonly WaitingRow<V>[], dropped: RefusedRow<V>[]): Promise<void> {
    try {
      await this.#options.write(rows);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      if (rows.length > 1) {
        for (const row of rows) await this.#save([row], dropped);
        return;
      }
      for (const [key, value] of rows) dropped.push({ key, value, error });
    }
    // A row that was set again meanwhile waits for the next flush.
    for (const [key, value] of rows) if (this.#waiting.get(key) === value) this.#waiting.delete(key);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => this.#flushQuietly(), this.#options.intervalMs);
    this.#timer.unref();
  }

  /** Nobody waits for this flush. If it fails, the rows are kept and the timer tries again. */
  #flushQuietly(): void {
    this.flush().catch(() => {});
  }
}
