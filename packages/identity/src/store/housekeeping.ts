/**
 * Removes rows that no longer count, a few at a time, to keep the tables small.
 *
 * Nothing is removed for two intervals after the wall clock was set: a row that ended a credential, or says that it was used,
 * would be missing when the clock is set back (D-25). That is longer than an access token or a client's assertion lives.
 */
import { setImmediate } from "node:timers/promises";
import { Unavailable } from "lockstep";
import { typeNameOf } from "../mechanism/callback.ts";
import { ClockJumps } from "../mechanism/clock-jumps.ts";
import type { Database } from "./database.ts";
import type { Work } from "./statement.ts";

/** Removes at most `limit` rows that no longer count. Returns how many it removed. */
export type Removal = (now: number, limit: number) => Work<number>;

/** The settings that housekeeping needs. */
export interface HousekeepingSettings {
  readonly database: Database;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const intervalMs = 10 * 60_000;
const limit = 1000;
const runsWithoutRemovals = 2;

/** Runs the removals every ten minutes, on every node: nodes do not disturb each other. */
export class Housekeeping {
  readonly #settings: HousekeepingSettings;
  readonly #removals: readonly Removal[];
  readonly #timer: NodeJS.Timeout;
  readonly #jumps: ClockJumps;
  /** How many runs remove nothing, because the clock was set. */
  #skipped = 0;
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(settings: HousekeepingSettings, removals: readonly Removal[]) {
    this.#settings = settings;
    this.#removals = removals;
    this.#jumps = new ClockJumps(settings.clock, () => performance.now());
    this.#timer = setInterval(() => {
      this.#running = this.#running
        .then(() => this.run())
        .catch((error: unknown) => {
          // While the database is away, the rows stay until the next time. They do not count in the meantime.
          if (error instanceof Unavailable) return;
          console.error(`Housekeeping failed: ${typeNameOf(error)}`);
        });
    }, intervalMs);
    this.#timer.unref();
  }

  /** Removes every row that does not count now, if the clock was not set. @throws Unavailable while the database is away */
  async run(): Promise<void> {
    const { database, clock } = this.#settings;
    this.#compareClocks();
    if (this.#skipped > 0) {
      this.#skipped -= 1;
      return;
    }
    for (const removal of this.#removals) {
      let removed = limit;
      while (removed === limit && !this.#isClosed) {
        const now = clock();
        // The next run notices it, too.
        if (this.#jumps.haveJumped()) return;
        removed = await database.transaction(() => removal(now, limit));
        // SQLite is synchronous: let requests run between two parts.
        await setImmediate();
      }
    }
  }

  #compareClocks(): void {
    if (this.#jumps.haveJumped()) {
      this.#jumps.accept(this.#jumps.difference());
      this.#skipped = runsWithoutRemovals;
    } else {
      this.#jumps.follow();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }
}
