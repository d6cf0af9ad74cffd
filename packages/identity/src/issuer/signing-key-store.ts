/** The table of signing keys. Private keys are sealed. `signing-key-plan.ts` explains the times. */
import type { Jwk } from "lockstep/jwt";
import { numberOf, numberOrNone, textOf } from "../store/row.ts";
import { all, first, type Row, sql, type Work } from "../store/statement.ts";
import type { SigningTimes } from "./signing-key-plan.ts";
import type { SealedKey } from "./signing-key-seal.ts";

/** A signing key as it is stored. */
export interface SigningKeyRecord extends SealedKey, SigningTimes {
  /** When it was created and published. Milliseconds since 1970. */
  readonly createdAt: number;
  /** When it was reported that others know its private key. From then on it neither signs nor verifies. */
  readonly compromisedAt: number | undefined;
}

const select = "SELECT kid, public_jwk, private_jwk, created_at, signs_from, signs_until, published_until, compromised_at";
const list = sql(`${select} FROM identity_signing_keys ORDER BY signs_from, kid`);
const insert = sql(`
  INSERT INTO identity_signing_keys (kid, algorithm, public_jwk, private_jwk, created_at, signs_from, signs_until, published_until)
  VALUES (:kid, :algorithm, :publicJwk, :sealed, :createdAt, :signsFrom, :signsUntil, :publishedUntil)`);
const extend = sql(`
  UPDATE identity_signing_keys SET signs_until = :signsUntil, published_until = :publishedUntil
  WHERE kid = :kid AND signs_until < :signsUntil AND compromised_at IS NULL`);
const compromise = sql(
  "UPDATE identity_signing_keys SET compromised_at = :now WHERE kid = :kid AND compromised_at IS NULL RETURNING kid",
);
const replaceSeal = sql(
  "UPDATE identity_signing_keys SET private_jwk = :sealed WHERE kid = :kid AND private_jwk = :before RETURNING kid",
);
const remove = sql(`
  DELETE FROM identity_signing_keys
  WHERE kid IN (SELECT kid FROM identity_signing_keys WHERE published_until < :before ORDER BY published_until LIMIT :limit)
  RETURNING kid`);

/** Lists all keys, the oldest first. */
export function* listSigningKeys(): Work<readonly SigningKeyRecord[]> {
  return (yield* all(list)).map(toSigningKey);
}

/** Stores a new key. */
export function* insertSigningKey(key: Omit<SigningKeyRecord, "compromisedAt">): Work<void> {
  const { kid, publicJwk, sealed, createdAt, signsFrom, signsUntil, publishedUntil } = key;
  const [algorithm, text] = [publicJwk.alg ?? null, JSON.stringify(publicJwk)];
  yield* all(insert, { kid, algorithm, publicJwk: text, sealed, createdAt, signsFrom, signsUntil, publishedUntil });
}

/** Lets a key sign for longer. It never shortens the time. */
export function* extendSigningKey(kid: string, times: Omit<SigningTimes, "signsFrom">): Work<void> {
  yield* all(extend, { kid, signsUntil: times.signsUntil, publishedUntil: times.publishedUntil });
}

/** Marks a key as compromised. Returns `false` if there is no such key or it was marked before. */
export function* compromiseSigningKey(kid: string, now: number): Work<boolean> {
  return (yield* first(compromise, { kid, now })) !== undefined;
}

/** Replaces the seal of a key. Returns `false` if another call did meanwhile. */
export function* resealSigningKey(kid: string, before: string, sealed: string): Work<boolean> {
  return (yield* first(replaceSeal, { kid, before, sealed })) !== undefined;
}

const keptMs = 24 * 3600 * 1000;

/**
 * Removes at most `limit` keys that have not been published for a day. Returns how many it removed. The day covers nodes whose
 * clocks are slow, and a clock that jumps forward and back.
 */
export function* removeSigningKeys(now: number, limit: number): Work<number> {
  return (yield* all(remove, { before: now - keptMs, limit })).length;
}

function toSigningKey(row: Row): SigningKeyRecord {
  return {
    kid: textOf(row, "kid"),
    // Only `insertSigningKey` writes it.
    publicJwk: JSON.parse(textOf(row, "public_jwk")) as Jwk,
    sealed: textOf(row, "private_jwk"),
    createdAt: numberOf(row, "created_at"),
    signsFrom: numberOf(row, "signs_from"),
    signsUntil: numberOf(row, "signs_until"),
    publishedUntil: numberOf(row, "published_until"),
    compromisedAt: numberOrNone(row, "compromised_at"),
  };
}
