/**
 * Changes the chain of audit events: adds new ones, removes old ones, replaces its key, begins again. Events are written without
 * a number, in the transactions of their changes, because changes should not wait for each other. Afterwards, one transaction at
 * a time numbers them.
 */
import type { IdentityKeys } from "../secret/identity-key.ts";
import { all, first, sql, type Statement, type Work } from "../store/statement.ts";
import { numberOf, numberOrNone, textOf } from "../store/row.ts";
import {
  AuditChainBroken,
  type ChainedRow,
  type ChainPlace,
  columnsOf,
  coveredColumns,
  linkHash,
  toChainedRow,
} from "./chain-link.ts";
import {
  addKey,
  beginChain,
  type ChainState,
  keyFor,
  loadState,
  lockChain,
  newestKey,
  resealChainKey,
  savePlace,
} from "./chain-state.ts";

/** Finds the events that have no number yet, the oldest first. */
export const unchained: Statement = sql(`
  SELECT ${coveredColumns} FROM identity_audit_events WHERE seq IS NULL ORDER BY at, id LIMIT :limit`);
const anyUnchained = sql("SELECT id FROM identity_audit_events WHERE seq IS NULL LIMIT 1");
const countAll = sql("SELECT COUNT(*) AS count FROM identity_audit_events WHERE seq IS NULL");
const link = sql("UPDATE identity_audit_events SET seq = :seq, hash = :hash WHERE id = :id");
const next = sql(`
  SELECT ${coveredColumns}, seq, hash FROM identity_audit_events
  WHERE seq > :after AND seq <= :upTo ORDER BY seq LIMIT :limit`);
const remove = sql("DELETE FROM identity_audit_events WHERE seq > :after AND seq <= :upTo");
const unlinkAll = sql("UPDATE identity_audit_events SET seq = NULL, hash = NULL WHERE seq IS NOT NULL");
const removeState = sql("DELETE FROM identity_audit_chain");
const highest = sql(`
  SELECT MAX(seq) AS seq FROM (SELECT seq FROM identity_audit_events UNION ALL SELECT seq FROM identity_audit_chain) AS numbers`);

/** Whether there are events that have no number yet. */
export function* hasUnchained(): Work<boolean> {
  return (yield* first(anyUnchained)) !== undefined;
}

/** The number of events that have no number yet. */
export function* countUnchained(): Work<number> {
  const row = yield* first(countAll);
  return row === undefined ? 0 : numberOf(row, "count");
}

/**
 * Adds at most `limit` events to the end of the chain. Returns how many. It belongs in a transaction.
 *
 * @throws AuditChainBroken if the state of the chain was changed
 * @throws SealBroken if a key is sealed under another `IDENTITY_KEY`
 */
export function* chainEvents(limit: number, keys: IdentityKeys, now: number): Work<number> {
  yield* lockChain();
  const rows = yield* all(unchained, { limit });
  if (rows.length === 0) return 0;
  const state = (yield* loadState(keys)) ?? (yield* beginChain(0, keys, now));
  const newest = newestKey(state);
  let { seq, hash } = state.head;
  for (const row of rows) {
    seq += 1;
    hash = linkHash(newest.key, hash, seq, columnsOf(row));
    yield* all(link, { id: textOf(row, "id"), seq, hash });
  }
  yield* savePlace("head", { seq, hash, at: now }, newest);
  return rows.length;
}

/** Reads the events after a number, in their order. */
export function* readChain(after: number, upTo: number, limit: number): Work<readonly ChainedRow[]> {
  return (yield* all(next, { after, upTo, limit })).map(toChainedRow);
}

/** Whether an event is the one after a place. */
export function follows(state: ChainState, { seq, hash }: ChainPlace, row: ChainedRow): boolean {
  return row.seq === seq + 1 && row.hash === linkHash(keyFor(state, row.seq), hash, row.seq, row.columns);
}

/** Which events are too old to keep. Times are milliseconds since 1970. */
export interface TooOld {
  readonly before: number;
  readonly now: number;
}

/**
 * Removes at most `limit` events from the begin of the chain, and writes where it begins now. Returns how many it removed. An
 * event that was changed is not removed, and neither are those behind it: they are evidence. It belongs in a transaction.
 *
 * @throws AuditChainBroken if the next event to remove was changed, removed or moved
 */
export function* removeOldEvents({ before, now }: TooOld, limit: number, keys: IdentityKeys): Work<number> {
  yield* chainEvents(limit, keys, now);
  yield* lockChain();
  const state = yield* loadState(keys);
  if (state === undefined) return 0;
  let [place, last] = [state.start, state.start];
  for (const row of yield* readChain(state.start.seq, state.head.seq, limit)) {
    // An event with a time to come, of a clock that was wrong, does not keep the others.
    if (row.at >= before && row.at <= now) break;
    if (!follows(state, place, row)) {
      if (last === state.start) throw cannotRemove(place.seq + 1);
      break;
    }
    place = { seq: row.seq, hash: row.hash, at: now };
    if (row.at < before) last = place;
  }
  if (last === state.start) return 0;
  yield* all(remove, { after: state.start.seq, upTo: last.seq });
  yield* savePlace("start", last, newestKey(state));
  return last.seq - state.start.seq;
}

/**
 * Seals the keys of the chain under the current `IDENTITY_KEY`. If that was necessary, new events get a new key: who knows the
 * previous `IDENTITY_KEY` cannot continue the chain. Returns how many were sealed again. It belongs in a transaction.
 */
export function* rekeyChain(keys: IdentityKeys, now: number): Work<number> {
  yield* lockChain();
  const state = yield* loadState(keys);
  if (state === undefined) return 0;
  let resealed = 0;
  for (const key of state.keys) if (yield* resealChainKey(key, keys, now)) resealed += 1;
  if (resealed === 0) return 0;
  const from = state.head.seq + 1;
  // If no event has the newest key, it stays.
  const newest = newestKey(state).from === from ? newestKey(state) : yield* addKey(from, keys, now);
  yield* savePlace("start", state.start, newest);
  yield* savePlace("head", state.head, newest);
  return resealed;
}

/**
 * Begins a new chain with all events that there are, after a broken one was investigated. Numbers go on, so an older checkpoint
 * is not taken for one of this chain. It belongs in a transaction.
 */
export function* restartChain(keys: IdentityKeys, now: number): Work<void> {
  yield* lockChain();
  const row = yield* first(highest);
  const seq = (row && numberOrNone(row, "seq")) ?? 0;
  yield* all(unlinkAll);
  yield* all(removeState);
  // Somebody who changed the database may have written any number.
  yield* beginChain(Math.min(Math.max(seq, 0), 2 ** 50), keys, now);
}

function cannotRemove(seq: number): AuditChainBroken {
  return new AuditChainBroken(`Run \`lockstep-identity audit verify\`: old events are kept, because the event ${seq} was changed`);
}
