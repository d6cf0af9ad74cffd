/**
 * A buffer in memory in front of a table, for rows that no request should wait for. It is written in batches: after an interval,
 * when many rows wait, and when it is closed. While nothing can be written, rows are kept and tried again, up to a limit. The
 * owner of the buffer decides which rows there are, and what happens to a row for which there is no room.
 */
import { Unavailable } from "lockstep";
import { BoundedMap } from "./bounded-map.ts";
import { SingleFlight } from "./single-flight.ts";

/** A row that waits, with its key. */
export type WaitingRow<V> = readonly [key: string, value: V];

/** A row that the database does not take, although it takes others. It is dropped. */
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
  /** Is called with the rows that were dropped because the database took others and not these, at most `batchSize` at a time. */
  readonly refused: (rows: readonly RefusedRow<V>[]) => void;
  /**
   * Is called when the database does not take a single row for another reason than an outage, such as a table that is missing.
   * The rows are kept and tried again. It is called again only after something was written.
   */
  readonly failing: (error: unknown) => void;
  /** The most rows in one transaction: on SQLite nothing else happens meanwhile. */
  readonly batchSize: number;
  /** How long a row waits at most while the database answers. Milliseconds. */
  readonly intervalMs: number;
  /** The most rows that wait: of each group, if `groupOf` is given. */
  readonly maxWaiting: number;
  /**
   * The group of a row, which is the same for all values of one key. Each group has room of its own, and a full group takes no
   * new rows. Without it, there is one room for all, and a new row takes the place of the one that was set longest ago.
   */
  readonly groupOf?: (value: V) => string;
  /** When this many rows wait, they are written at once. Default: never. */
  readonly flushAt?: number;
  /** Is called after each flush that has written everything. */
  readonly flushed?: () => void;
}

/** The state of one flush. */
interface Flush<V> {
  /** Whether anything was written. */
  hasWritten: boolean;
  /** Rows that were refused alone, before anything was written: perhaps every row would be. */
  readonly suspects: RefusedRow<V>[];
}

/** If eight rows were refused alone and none was written, the others are not tried one by one. */
const maxSuspects = 8;

/** A buffer of rows by key. Of several values for one key, the last one is written. */
export class WriteBehind<V> {
  readonly #options: WriteBehindOptions<V>;
  readonly #waiting: BoundedMap<string, V>;
  /** How many rows of each group wait. */
  readonly #groups = new Map<string, number>();
  readonly #flight = new SingleFlight(() => this.#flush());
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isFailing = false;

  constructor(options: WriteBehindOptions<V>) {
    this.#options = options;
    this.#waiting = new BoundedMap(options.groupOf === undefined ? options.maxWaiting : Infinity);
  }

  /** How many rows wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The value that waits for a key. */
  get(key: string): V | undefined {
    return this.#waiting.get(key);
  }

  /** Keeps a row until it is written. Returns `false`, and keeps nothing, if its group is full or the buffer is closed. */
  set(key: string, value: V): boolean {
    if (this.#isClosed) return false;
    const before = this.#waiting.size;
    if (!this.#waiting.has(key) && !this.#takePlace(value)) return false;
    this.#waiting.set(key, value);
    this.#schedule();
    // Only when this number is reached: while the database is away, a row above it does not cause another attempt.
    if (this.#waiting.size > before && this.#waiting.size === this.#options.flushAt) this.#flushQuietly();
    return true;
  }

  /**
   * Writes every row that waits when it is called.
   *
   * @throws Unavailable while the database is away, and the error of `write` if not a single row can be written. The rows are
   * kept.
   */
  flush(): Promise<void> {
    return this.#flight.runAgain();
  }

  /** Takes no more rows, and writes those that wait if the database answers. Never rejects. `size` says how many are left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.flush().catch(() => {});
  }

  /** Counts a new row in its group. Returns `false` if the group is full. */
  #takePlace(value: V): boolean {
    const { groupOf, maxWaiting } = this.#options;
    if (groupOf === undefined) return true;
    const group = groupOf(value);
    const waiting = this.#groups.get(group) ?? 0;
    if (waiting >= maxWaiting) return false;
    this.#groups.set(group, waiting + 1);
    return true;
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const flush: Flush<V> = { hasWritten: false, suspects: [] };
    try {
      for (const batch of this.#batches()) await this.#save(batch, flush);
      // Nothing was written, and every row was refused: rows to come will show whose fault it was.
      const [first] = flush.suspects;
      if (first !== undefined) throw first.error;
    } catch (error) {
      this.#giveUp(flush, error);
      throw error;
    } finally {
      if (this.#waiting.size > 0) this.#schedule();
    }
    this.#options.flushed?.();
  }

  /**
   * The rows that wait now, a batch at a time. They are not copied all at once: there may be many, and the first batch may be the
   * only one that is tried. A row that is set again meanwhile comes last, and waits for the next flush.
   */
  *#batches(): Generator<readonly WaitingRow<V>[]> {
    let left = this.#waiting.size;
    let batch: WaitingRow<V>[] = [];
    for (const key of this.#waiting.keys()) {
      const value = this.#waiting.get(key);
      if (value !== undefined) batch.push([key, value]);
      left -= 1;
      if (batch.length < this.#options.batchSize && left > 0) continue;
      yield batch;
      batch = [];
      if (left <= 0) return;
    }
    if (batch.length > 0) yield batch;
  }

  /**
   * Writes a batch. If the database does not take it, the halves are tried, to find the rows that it refuses.
   *
   * @throws Unavailable, and any other error if not even one row can be written
   */
  async #save(rows: readonly WaitingRow<V>[], flush: Flush<V>): Promise<void> {
    try {
      await this.#options.write(rows);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      await this.#divide(rows, flush, error);
      return;
    }
    this.#forget(rows);
    flush.hasWritten = true;
    this.#isFailing = false;
    this.#drop(flush.suspects.splice(0));
  }

  async #divide(rows: readonly WaitingRow<V>[], flush: Flush<V>, error: unknown): Promise<void> {
    const [row] = rows;
    if (row === undefined) return;
    if (rows.length > 1) {
      const middle = Math.ceil(rows.length / 2);
      await this.#save(rows.slice(0, middle), flush);
      await this.#save(rows.slice(middle), flush);
      return;
    }
    const [key, value] = row;
    if (flush.hasWritten) return this.#drop([{ key, value, error }]);
    flush.suspects.push({ key, value, error });
    if (flush.suspects.length >= maxSuspects) throw error;
  }

  /** Nothing could be written. The rows that were tried alone go to the end: the next flush tries others first. */
  #giveUp({ suspects }: Flush<V>, error: unknown): void {
    for (const { key } of suspects) {
      const value = this.#waiting.get(key);
      if (value !== undefined) this.#waiting.set(key, value);
    }
    if (error instanceof Unavailable || this.#isFailing) return;
    this.#isFailing = true;
    this.#options.failing(error);
  }

  #drop(rows: readonly RefusedRow<V>[]): void {
    if (rows.length === 0) return;
    this.#forget(rows.map(({ key, value }) => [key, value]));
    this.#options.refused(rows);
  }

  /** Forgets rows, except those that were set again meanwhile. */
  #forget(rows: readonly WaitingRow<V>[]): void {
    const { groupOf } = this.#options;
    for (const [key, value] of rows) {
      if (this.#waiting.get(key) !== value || !this.#waiting.delete(key) || groupOf === undefined) continue;
      const group = groupOf(value);
      const waiting = (this.#groups.get(group) ?? 0) - 1;
      if (waiting > 0) this.#groups.set(group, waiting);
      else this.#groups.delete(group);
    }
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
