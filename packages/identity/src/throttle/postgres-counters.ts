/**
 * Counters in the table `identity_throttle`, which all nodes share. All counters of an attempt are one statement, so they are one
 * round trip and one transaction. The rows are locked in the order of their keys.
 */
import type { Database } from "../store/database.ts";
import { numberOf, textOf } from "../store/row.ts";
import { all, type Row, sql } from "../store/statement.ts";
import { type Counter, emptyCounter, isGrowing, maxDoublings, minuteMs, type Place, settle, take } from "./counter.ts";
import type { CounterStore, Settlement } from "./counters.ts";

/**
 * The rows that a statement asks for, and `current`: the row as it is now, as `currentCounter()` has it. `at` is the time,
 * `delay` the first wait and `longest` the longest one; `grows` says whether the limit has them.
 */
const asked = `
  SELECT * FROM jsonb_to_recordset(CAST(:asked AS jsonb)) AS place (
    key text, at bigint, attempts bigint, period bigint, grows boolean, at_once bigint, delay bigint, longest bigint,
    spends boolean, outcome text, taken bigint,
    failures bigint, ends_at bigint, held_until bigint, flights bigint, expires_at bigint)`;
const current = `
  SELECT asked.at, asked.attempts, asked.period, asked.grows, asked.at_once, asked.delay, asked.longest, asked.spends, asked.outcome,
    asked.taken, asked.at / ${minuteMs} AS minute, counter.refusals,
    CASE WHEN counter.ends_at > asked.at THEN counter.failures ELSE 0 END AS failures,
    CASE WHEN counter.ends_at > asked.at THEN LEAST(counter.ends_at, asked.at + asked.period) ELSE 0 END AS ends_at,
    CASE WHEN counter.ends_at > asked.at AND asked.grows THEN LEAST(counter.held_until, asked.at + asked.longest) ELSE 0 END
      AS held_until,
    CASE WHEN counter.minute = asked.at / ${minuteMs} THEN counter.flights ELSE 0 END AS flights,
    CASE WHEN counter.minute = asked.at / ${minuteMs} THEN counter.earlier
      WHEN counter.minute = asked.at / ${minuteMs} - 1 THEN counter.flights ELSE 0 END AS earlier
  FROM asked WHERE asked.key = counter.key`;
const columns = "failures, ends_at, held_until, minute, flights, earlier, refusals, expires_at";
const insert = `
  INSERT INTO identity_throttle AS counter (key, ${columns})
  SELECT key, failures, ends_at, held_until, at / ${minuteMs}, flights, 0, 0, expires_at FROM asked ORDER BY key
  ON CONFLICT (key) DO UPDATE SET (${columns}) =`;
const expiry = `GREATEST(ends_at, held_until, (minute + 2) * ${minuteMs})`;

/** The same rule as `take()`. */
const takeAll = sql(`
  WITH asked AS MATERIALIZED (${asked})
  ${insert} (
    SELECT failures, ends_at, held_until, minute, flights, earlier, refusals, ${expiry} FROM (
      SELECT held_until, minute, earlier,
        CASE WHEN allowed AND spends THEN failures + 1 ELSE failures END AS failures,
        CASE WHEN allowed AND spends AND failures = 0 THEN at + period ELSE ends_at END AS ends_at,
        CASE WHEN allowed AND NOT spends THEN flights + 1 ELSE flights END AS flights,
        CASE WHEN allowed THEN 0 ELSE refusals + 1 END AS refusals
      FROM (
        SELECT current.*, flights + earlier < CASE
          WHEN NOT grows THEN attempts - failures
          WHEN failures < attempts THEN at_once
          WHEN held_until <= at THEN 1
          ELSE 0 END AS allowed
        FROM (${current}) AS current
      ) AS judged
    ) AS taken
  )
  RETURNING key, failures, ends_at, held_until, minute, flights, earlier, refusals`);

/** The same rule as `settle()`. */
const settleAll = sql(`
  WITH asked AS MATERIALIZED (${asked})
  ${insert} (
    SELECT failures, ends_at, held_until, minute, flights, earlier, refusals, ${expiry} FROM (
      SELECT minute,
        CASE outcome WHEN 'failed' THEN failures + 1 WHEN 'forgotten' THEN 0 ELSE failures END AS failures,
        CASE WHEN outcome = 'forgotten' THEN 0 WHEN outcome = 'failed' AND (grows OR failures = 0) THEN at + period ELSE ends_at END
          AS ends_at,
        CASE WHEN outcome = 'forgotten' THEN 0 WHEN outcome = 'failed' AND grows AND failures + 1 >= attempts
          THEN at + LEAST(longest, delay * CAST(power(2, LEAST(failures + 1 - attempts, ${maxDoublings})) AS bigint))
          ELSE held_until END AS held_until,
        GREATEST(0, flights - CASE WHEN taken = minute THEN 1 ELSE 0 END) AS flights,
        GREATEST(0, earlier - CASE WHEN taken = minute - 1 THEN 1 ELSE 0 END) AS earlier,
        CASE WHEN outcome = 'forgotten' THEN 0
          WHEN outcome = 'failed' AND (failures + 1 = attempts OR (failures + 1 > attempts AND grows AND held_until <= at)) THEN 0
          ELSE refusals END AS refusals
      FROM (${current}) AS current
    ) AS settled
  )
  RETURNING key`);

/** Counters that all nodes share. Rejects with `Unavailable` while the database is away. */
export class PostgresCounters implements CounterStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async take(places: readonly Place[], now: number, spends: boolean): Promise<readonly Counter[]> {
    const rows = places.map((place) => rowOf(place, { now, spends, first: take(emptyCounter, place.limit, now, spends) }));
    const counters = await this.#database.run(all(takeAll, { asked: JSON.stringify(rows) }));
    const byKey = new Map(counters.map((row) => [textOf(row, "key"), toCounter(row)]));
    // The statement returns every row that it was asked for.
    return places.map(({ key }) => byKey.get(key) ?? emptyCounter);
  }

  async settle(settlements: readonly Settlement[], now: number): Promise<void> {
    const rows = settlements.map(({ place, outcome, taken }) => {
      const first = settle(emptyCounter, place.limit, { now, outcome, taken });
      return { ...rowOf(place, { now, spends: false, first }), outcome, taken };
    });
    await this.#database.run(all(settleAll, { asked: JSON.stringify(rows) }));
  }
}

interface Asked {
  readonly now: number;
  readonly spends: boolean;
  /** The counter, if there is no row. */
  readonly first: Counter;
}

function rowOf({ key, limit }: Place, { now, spends, first }: Asked): Readonly<Record<string, unknown>> {
  const { failures, endsAt, heldUntil, flights, minute } = first;
  const growth = isGrowing(limit)
    ? { grows: true, at_once: limit.atOnce, delay: limit.firstDelaySeconds * 1000, longest: limit.maxDelaySeconds * 1000 }
    : { grows: false };
  const expiresAt = Math.max(endsAt, heldUntil, (minute + 2) * minuteMs);
  const inserted = { failures, ends_at: endsAt, held_until: heldUntil, flights, expires_at: expiresAt };
  return { key, at: now, attempts: limit.attempts, period: limit.seconds * 1000, ...growth, spends, ...inserted };
}

function toCounter(row: Row): Counter {
  return {
    failures: numberOf(row, "failures"),
    endsAt: numberOf(row, "ends_at"),
    heldUntil: numberOf(row, "held_until"),
    minute: numberOf(row, "minute"),
    flights: numberOf(row, "flights"),
    earlier: numberOf(row, "earlier"),
    refusals: numberOf(row, "refusals"),
  };
}
