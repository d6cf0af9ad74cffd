/** Reads the log into a node's copy: each statement returns entries and the log's position, as they were at one moment. */
import { setImmediate } from "node:timers/promises";
import { numberOf, numberOrNone } from "../store/row.ts";
import { all, sql, type Work } from "../store/statement.ts";
import { RevocationCopy, type TokenIssuers } from "./revocation-copy.ts";
import { type Revocation, toRevocation } from "./revocation-log.ts";

/** How the log is read. */
export interface RevocationReading {
  /** Runs work on the database. */
  readonly ask: <T>(work: Work<T>) => Promise<T>;
  readonly monotonicClock: () => number;
  readonly issuers: TokenIssuers;
  /** Is called with the entries that were added to the copy. */
  readonly added: (entries: readonly Revocation[]) => void;
}

/** The log as it was at a moment. */
export interface RevocationRead {
  /** The same copy, or a new one if the log has gone back. */
  readonly copy: RevocationCopy;
  /** Whether there are entries that have no position yet. */
  readonly hasPending: boolean;
}

interface Page {
  readonly entries: readonly Revocation[];
  readonly position: number;
  readonly hasPending: boolean;
}

const pageSize = 10_000;

// The inner statement reads the index in order, however long the log is. Expired entries are read as well: the wall clock may be
// wrong, and the copy forgets by another clock.
const read = sql(`
  SELECT p.seq AS position,
    CASE WHEN EXISTS (SELECT 1 FROM identity_revocations WHERE seq IS NULL) THEN 1 ELSE 0 END AS pending,
    r.seq, r.kind, r.key, r.at, r.expires_at
  FROM identity_revocation_position p
  LEFT JOIN (
    SELECT seq, kind, key, at, expires_at FROM identity_revocations WHERE seq > :after ORDER BY seq LIMIT ${pageSize}
  ) r ON 1 = 1
  WHERE p.name = 'log' ORDER BY r.seq`);

/**
 * Adds the entries after a position to a copy. If the log has gone back, another database is behind the address: everything is
 * read into a new copy.
 */
export async function readLog(copy: RevocationCopy, after: number, reading: RevocationReading): Promise<RevocationRead> {
  const { entries, position, hasPending } = await reading.ask(readPage(after));
  if (position < copy.position) return readLog(new RevocationCopy(reading.issuers), 0, reading);
  const now = reading.monotonicClock();
  for (const entry of entries) copy.add(entry, now);
  copy.forget(now, entries.length);
  reading.added(entries);
  const last = entries.at(-1);
  if (last === undefined || entries.length < pageSize) {
    // Every entry up to the position is visible: positions are committed in order, each together with its entry.
    copy.position = position;
    return { copy, hasPending };
  }
  copy.position = Math.max(copy.position, last.seq);
  // Let requests run between the pages of a long log.
  await setImmediate();
  return readLog(copy, last.seq, reading);
}

function* readPage(after: number): Work<Page> {
  const rows = yield* all(read, { after });
  const [first] = rows;
  if (first === undefined) return { entries: [], position: 0, hasPending: false };
  const entries = rows.filter((row) => numberOrNone(row, "seq") !== undefined).map(toRevocation);
  return { entries, position: numberOf(first, "position"), hasPending: numberOf(first, "pending") === 1 };
}
