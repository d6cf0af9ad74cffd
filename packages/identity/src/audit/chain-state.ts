/**
 * The state of the chain in the table `identity_audit_chain`: where it begins, where it ends, and its keys. The keys are random,
 * and sealed under `IDENTITY_KEY`, so events can be verified after `IDENTITY_KEY` was replaced.
 */
import { randomBytes } from "node:crypto";
import { Redacted } from "lockstep";
import type { IdentityKeys } from "../secret/identity-key.ts";
import { type Binding, isSealedUnder, seal, SealBroken, unseal } from "../secret/seal.ts";
import { numberOf, textOf } from "../store/row.ts";
import { all, first, lock, type Row, sql, type Work } from "../store/statement.ts";
import { AuditChainBroken, beginning, type ChainPlace, placeProof } from "./chain-link.ts";

/** A key of the chain: for the events from a number on, up to the next key. */
export interface ChainKey {
  readonly name: string;
  readonly from: number;
  readonly key: Buffer;
  readonly sealed: string;
}

/** The state of the chain. */
export interface ChainState {
  /** At least one, the newest last. The newest proves `start` and `head`. */
  readonly keys: readonly [ChainKey, ...ChainKey[]];
  /** The place after the last event that was removed because of its age. */
  readonly start: ChainPlace;
  /** The place after the last event of the chain. */
  readonly head: ChainPlace;
}

const list = sql("SELECT name, seq, hash, proof, at FROM identity_audit_chain ORDER BY seq, name");
const save = sql(`
  INSERT INTO identity_audit_chain (name, seq, hash, proof, at) VALUES (:name, :seq, :hash, :proof, :at)
  ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, proof = excluded.proof, at = excluded.at`);
const findChained = sql("SELECT seq FROM identity_audit_events WHERE seq IS NOT NULL LIMIT 1");

/** Locks the chain: one transaction at a time changes it. */
export function lockChain(): Work<void> {
  return lock("lockstep audit chain");
}

/**
 * Reads the state. `undefined` if no event was ever chained.
 *
 * @throws AuditChainBroken if a part of it is missing or was changed
 * @throws SealBroken if a key is sealed under another `IDENTITY_KEY`
 */
export function* loadState(keys: IdentityKeys): Work<ChainState | undefined> {
  const rows = yield* all(list);
  if (rows.length > 0) return stateOf(rows, keys);
  if ((yield* first(findChained)) !== undefined) throw missing("state");
  return undefined;
}

/** Makes the state of a chain whose first event has the number after `seq`. */
export function* beginChain(seq: number, keys: IdentityKeys, now: number): Work<ChainState> {
  const key = yield* addKey(seq + 1, keys, now);
  const place = beginning(seq, now);
  yield* savePlace("start", place, key);
  yield* savePlace("head", place, key);
  return { keys: [key], start: place, head: place };
}

/** Writes where the chain begins or ends. */
export function* savePlace(name: "start" | "head", place: ChainPlace, { key }: ChainKey): Work<void> {
  yield* all(save, { name, ...place, proof: placeProof(key, name, place) });
}

/** Makes a key for the events from a number on. */
export function* addKey(from: number, keys: IdentityKeys, now: number): Work<ChainKey> {
  const name = `key ${from}`;
  const key = randomBytes(32);
  const sealed = seal(new Redacted(key.toString("base64url")), bindingOf(name), keys);
  yield* all(save, { name, seq: from, hash: "", proof: sealed, at: now });
  return { name, from, key, sealed };
}

/** Seals a key under the current `IDENTITY_KEY`. Returns whether that was necessary. */
export function* resealChainKey({ name, from, key, sealed }: ChainKey, keys: IdentityKeys, now: number): Work<boolean> {
  if (isSealedUnder(sealed, keys.current)) return false;
  const anew = seal(new Redacted(key.toString("base64url")), bindingOf(name), keys);
  yield* all(save, { name, seq: from, hash: "", proof: anew, at: now });
  return true;
}

/** The key of the event with a number. */
export function keyFor({ keys }: ChainState, seq: number): Buffer {
  return (keys.findLast(({ from }) => from <= seq) ?? keys[0]).key;
}

/** The key that proves the state, and hashes the next event. */
export function newestKey({ keys }: ChainState): ChainKey {
  return keys.at(-1) ?? keys[0];
}

function stateOf(rows: readonly Row[], keys: IdentityKeys): ChainState {
  const [oldest, ...others] = rows.filter((row) => textOf(row, "name").startsWith("key ")).map((row) => toKey(row, keys));
  if (oldest === undefined) throw missing("keys");
  const all: ChainState["keys"] = [oldest, ...others];
  const { key } = all.at(-1) ?? oldest;
  return { keys: all, start: toPlace("start", rows, key), head: toPlace("head", rows, key) };
}

function toKey(row: Row, keys: IdentityKeys): ChainKey {
  const [name, from, sealed] = [textOf(row, "name"), numberOf(row, "seq"), textOf(row, "proof")];
  // The seal is for the name, and the name contains the number.
  if (name !== `key ${from}`) throw changed(name);
  try {
    return { name, from, key: Buffer.from(unseal(sealed, bindingOf(name), keys).reveal(), "base64url"), sealed };
  } catch (cause) {
    if (!(cause instanceof SealBroken)) throw cause;
    throw new SealBroken(
      "Pass the IDENTITY_KEY that this database was used with, at least as a previous key: the chain of audit events cannot be opened",
      { cause },
    );
  }
}

function toPlace(name: "start" | "head", rows: readonly Row[], key: Buffer): ChainPlace {
  const row = rows.find((each) => each["name"] === name);
  if (row === undefined) throw missing(name);
  const place = { seq: numberOf(row, "seq"), hash: textOf(row, "hash"), at: numberOf(row, "at") };
  if (placeProof(key, name, place) !== row["proof"]) throw changed(name);
  return place;
}

function bindingOf(name: string): Binding {
  return { purpose: "audit-chain-seal", record: name };
}

function missing(what: string): AuditChainBroken {
  return new AuditChainBroken(`Find out who changed the database: the ${what} of the chain of audit events is missing`);
}

function changed(what: string): AuditChainBroken {
  return new AuditChainBroken(`Find out who changed the database: the ${what} of the chain of audit events was changed`);
}
