/**
 * The keys that sign access tokens (ES256). They are in the database, sealed under `IDENTITY_KEY`, and shared by all nodes. They
 * rotate automatically when they are used, on one node at a time. Who gets a token is decided elsewhere.
 */
import { BuildError, Unavailable } from "lockstep";
import { generateSigningKey, type Jwks, type PrivateJwk, type SigningKey } from "lockstep/jwt";
import type { EventOrigin, Recorder } from "../audit/auditor.ts";
import { SingleFlight } from "../mechanism/single-flight.ts";
import { lastTokenOver, revoke } from "../revocation/revocation-log.ts";
import type { IdentityKeys } from "../secret/identity-key.ts";
import { isSealedUnder } from "../secret/seal.ts";
import type { Settings } from "../settings.ts";
import { lock, type Work } from "../store/statement.ts";
import {
  currentKey,
  keyPlan,
  type KeyPeriods,
  publishedKeys,
  type SigningKeyState,
  type SigningTimes,
  stateOf,
  timesOf,
} from "./signing-key-plan.ts";
import { openKey, resealKey, sealKey } from "./signing-key-seal.ts";
import {
  compromiseSigningKey,
  extendSigningKey,
  insertSigningKey,
  listSigningKeys,
  resealSigningKey,
  type SigningKeyRecord,
} from "./signing-key-store.ts";

/** How keys are published. */
export interface SigningKeyOptions {
  /**
   * How long verifiers may cache a key set, in seconds, 60 to 86,400. The default is 600. A new key signs only after it has been
   * published for this long and a little more. `Cache-Control` of the key set says half of it.
   */
  readonly keySetCacheSeconds?: number;
}

/** The result of `reencrypt`. */
export interface Reencryption {
  /** How many keys were sealed again. */
  readonly resealed: number;
  /** How many keys there are. */
  readonly of: number;
}

/** A key as it is listed. Times are in milliseconds since 1970. */
export interface ListedKey extends SigningTimes {
  readonly kid: string;
  readonly state: SigningKeyState;
  readonly createdAt: number;
  /** Whether it is sealed under the current `IDENTITY_KEY` of this node. */
  readonly isSealedUnderCurrent: boolean;
}

/** The rows as they were at a moment. */
interface Held {
  readonly readAtMs: number;
  readonly keys: readonly SigningKeyRecord[];
}

/** The longest life of an access token, whatever a node's settings say. */
const longestTokenMs = 600_000;
/** How far the clocks of nodes and of verifiers may be apart. */
const clockRoomMs = 300_000;
/** How long the rows are used before they are read again. */
const readAgainMs = 60_000;

/** The signing keys of one database, as one node sees them. */
export class SigningKeys {
  /** The `max-age` in `Cache-Control` of the key set, in seconds. */
  readonly maxAgeSeconds: number;
  readonly #settings: Settings;
  readonly #periods: KeyPeriods;
  readonly #opened = new Map<string, SigningKey>();
  /** One reading at a time, so an older one never replaces a younger one. */
  readonly #reading = new SingleFlight(() => this.#read());
  #held: Held = { readAtMs: Number.NEGATIVE_INFINITY, keys: [] };

  /** @throws BuildError `wrong_option` for times that are out of range */
  constructor(settings: Settings, options: SigningKeyOptions = {}) {
    const { keySetCacheSeconds = 600 } = options;
    if (!Number.isInteger(keySetCacheSeconds) || keySetCacheSeconds < 60 || keySetCacheSeconds > 86_400) {
      throw new BuildError("wrong_option", "Set `keySetCacheSeconds` to a whole number from 60 to 86,400");
    }
    const aheadMs = keySetCacheSeconds * 1000 + readAgainMs + clockRoomMs;
    const signsMs = settings.lifetimes.signingKeySeconds * 1000;
    if (!(signsMs >= 2 * aheadMs)) {
      throw new BuildError(
        "wrong_option",
        `Set \`signingKeySeconds\` to ${(2 * aheadMs) / 1000} or more: a new key is published before it signs`,
      );
    }
    this.#settings = settings;
    this.#periods = { signsMs, aheadMs, afterMs: longestTokenMs + clockRoomMs };
    this.maxAgeSeconds = Math.floor(keySetCacheSeconds / 2);
  }

  /**
   * Returns the key to sign with now.
   *
   * @throws SealBroken if it is sealed under an `IDENTITY_KEY` that this node does not have
   * @throws Unavailable while the database is away
   */
  async current(): Promise<SigningKey> {
    const keys = await this.#recent();
    const record = currentKey(keys, this.#settings.clock());
    // It is `undefined` only if the clock jumped after the rows were read.
    if (record === undefined) throw new Unavailable("There is no signing key", { retryAfterSeconds: 1 });
    return this.#open(record);
  }

  /**
   * Returns the key set to publish, at most a minute old, with public keys only. @throws Unavailable while the database is away
   */
  async jwks(): Promise<Jwks> {
    return this.#published(await this.#recent());
  }

  /** Reads the database and returns the key set. @throws Unavailable while the database is away */
  async freshJwks(): Promise<Jwks> {
    await this.refresh();
    return this.#published(this.#held.keys);
  }

  /** Reads the keys again, and rotates them if one is due. @throws Unavailable while the database is away */
  refresh(): Promise<void> {
    return this.#reading.runAgain();
  }

  /** Lists all keys in the database, the oldest first, and changes nothing. @throws Unavailable while the database is away */
  async list(): Promise<readonly ListedKey[]> {
    const { database, clock, keys } = this.#settings;
    const all = await database.run(listSigningKeys());
    return all.map((key) => {
      const { kid, createdAt, signsFrom, signsUntil, publishedUntil, sealed } = key;
      const times = { createdAt, signsFrom, signsUntil, publishedUntil };
      return { kid, state: stateOf(key, all, clock()), ...times, isSealedUnderCurrent: isSealedUnder(sealed, keys.current) };
    });
  }

  /**
   * Resolves when there is a key to sign with and all published keys can be opened.
   *
   * @throws SealBroken if one is sealed under an `IDENTITY_KEY` that this node does not have
   * @throws Unavailable while the database is away
   */
  async ready(): Promise<void> {
    await this.refresh();
    for (const record of publishedKeys(this.#held.keys, this.#settings.clock())) this.#open(record);
  }

  /**
   * Takes a key out of use at once, because others may know its private key. It leaves the key set, every node refuses its tokens
   * as soon as the revocation log reaches it, and another key signs. Returns `false` if there is no such key or it was retired
   * before.
   *
   * A verifier elsewhere that caches the key set does not find the new key in it, and has to fetch the set again.
   *
   * @throws Unavailable while the database is away; then nothing has changed
   */
  async retireCompromised(kid: string, origin: EventOrigin = {}): Promise<boolean> {
    const { audit, database, clock } = this.#settings;
    const spare = await generateSigningKey("ES256");
    const periods = this.#periods;
    const settings = this.#settings;
    const isRetired = await audit.recorded(database, origin, function* (record) {
      yield* lockKeys();
      const now = clock();
      if (!(yield* compromiseSigningKey(kid, now))) return false;
      yield* revoke({ kind: "signing_key", key: kid, at: now, expiresAt: lastTokenOver(settings, now) });
      yield* record({ type: "signing_key.retired", key: kid, reason: "compromised" });
      // If there is a next key, it signs early, because it is in the key set that verifiers have.
      if (currentKey(yield* listSigningKeys(), now) === undefined) yield* keep(spare, timesOf(now, periods), settings, record);
      return true;
    });
    await this.refresh();
    return isRetired;
  }

  /**
   * Seals every key under the current one of `keys`, in one transaction. Keys that are sealed under it already do not change, so
   * you can run this twice. To replace `IDENTITY_KEY`: pass the new key to every node as a previous one, then as the current one
   * with the old as previous, run this, and remove the old one.
   *
   * @throws SealBroken if a key is sealed under none of them or was changed; then nothing has changed
   * @throws Unavailable while the database is away
   */
  reencrypt(keys: IdentityKeys, origin: EventOrigin = {}): Promise<Reencryption> {
    const { audit, database } = this.#settings;
    return audit.recorded(database, origin, function* (record) {
      yield* lockKeys();
      // Nobody needs the private key of a compromised key again.
      const all = (yield* listSigningKeys()).filter(({ compromisedAt }) => compromisedAt === undefined);
      let resealed = 0;
      for (const { kid, sealed } of all) {
        const anew = resealKey({ kid, sealed }, keys);
        if (anew === undefined || !(yield* resealSigningKey(kid, sealed, anew))) continue;
        resealed += 1;
        yield* record({ type: "signing_key.reencrypted", key: kid });
      }
      return { resealed, of: all.length };
    });
  }

  async #read(): Promise<void> {
    const { database, clock } = this.#settings;
    let keys = await database.run(listSigningKeys());
    if (keyPlan(keys, clock(), this.#periods) !== undefined) keys = await this.#rotate();
    this.#held = { readAtMs: clock(), keys };
    const kids = new Set(publishedKeys(keys, clock()).map(({ kid }) => kid));
    for (const kid of this.#opened.keys()) if (!kids.has(kid)) this.#opened.delete(kid);
  }

  /** Returns the rows, which it reads again if they are old or a key is due. */
  async #recent(): Promise<readonly SigningKeyRecord[]> {
    const { readAtMs, keys } = this.#held;
    const now = this.#settings.clock();
    const ageMs = now - readAtMs;
    if (ageMs >= 0 && ageMs < readAgainMs && keyPlan(keys, now, this.#periods) === undefined) return keys;
    await this.#reading.run();
    return this.#held.keys;
  }

  /** Creates the key that is due, unless another node did meanwhile. Returns the rows after that. */
  async #rotate(): Promise<readonly SigningKeyRecord[]> {
    const settings = this.#settings;
    const periods = this.#periods;
    const spare = await generateSigningKey("ES256");
    return settings.audit.recorded(settings.database, {}, function* (record) {
      yield* lockKeys();
      const keys = yield* listSigningKeys();
      const plan = keyPlan(keys, settings.clock(), periods);
      if (plan === undefined) return keys;
      if (plan.extend !== undefined) yield* extendSigningKey(plan.extend.kid, plan.extend);
      yield* keep(spare, plan.make, settings, record);
      return yield* listSigningKeys();
    });
  }

  #published(keys: readonly SigningKeyRecord[]): Jwks {
    return { keys: publishedKeys(keys, this.#settings.clock()).map(({ publicJwk }) => publicJwk) };
  }

  #open(record: SigningKeyRecord): SigningKey {
    const opened = this.#opened.get(record.kid) ?? openKey(record, this.#settings.keys);
    this.#opened.set(record.kid, opened);
    return opened;
  }
}

/** Locks the keys: one node at a time changes them. */
function lockKeys(): Work<void> {
  return lock("lockstep signing keys");
}

/** Stores a key that was just generated. */
function* keep(jwk: PrivateJwk, times: SigningTimes, { keys, clock }: Settings, record: Recorder): Work<void> {
  yield* insertSigningKey({ ...sealKey(jwk, keys), createdAt: clock(), ...times });
  yield* record({ type: "signing_key.created", key: jwk.kid });
}
