/**
 * The keys that sign access tokens: ES256, kept in the database with their private halves sealed under `IDENTITY_KEY`, shared by
 * every node. They rotate by themselves whenever they are used, one node at a time. Who is issued what is not decided here.
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
   * How long whoever verifies tokens may keep a key set: a new key signs only after it has been published for this long and a
   * little more. Seconds, 60 to 86,400; default 600. `Cache-Control` of the key set says half of it.
   */
  readonly keySetCacheSeconds?: number;
}

/** What `reencrypt` did. */
export interface Reencryption {
  /** How many keys were sealed anew. */
  readonly resealed: number;
  /** How many keys there are. */
  readonly of: number;
}

/** A key, for people to read. Milliseconds since 1970. */
export interface ListedKey extends SigningTimes {
  readonly kid: string;
  readonly state: SigningKeyState;
  readonly createdAt: number;
  /** Whether it is sealed under the current `IDENTITY_KEY` of this node. */
  readonly isSealedUnderCurrent: boolean;
}

/** The rows as they were at one moment. */
interface Held {
  readonly readAtMs: number;
  readonly keys: readonly SigningKeyRecord[];
}

/** Longest life of an access token (RFC 9068 tokens of ours), whatever a node is configured to. */
const longestTokenMs = 600_000;
/** How far clocks of nodes and of those who verify may be apart. */
const clockRoomMs = 300_000;
/** How long the rows count without being read again. */
const readAgainMs = 60_000;

/** The signing keys of one database, as one node sees them. */
export class SigningKeys {
  /** What `Cache-Control` of the key set says. Seconds. */
  readonly maxAgeSeconds: number;
  readonly #settings: Settings;
  readonly #periods: KeyPeriods;
  readonly #opened = new Map<string, SigningKey>();
  /** One reading at a time: an older one never replaces a younger one. */
  readonly #reading = new SingleFlight(() => this.#read());
  #held: Held = { readAtMs: Number.NEGATIVE_INFINITY, keys: [] };

  /** @throws BuildError `wrong_option` for times that make no sense */
  constructor(settings: Settings, options: SigningKeyOptions = {}) {
    const { keySetCacheSeconds = 600 } = options;
    if (!Number.isInteger(keySetCacheSeconds) || keySetCacheSeconds < 60 || keySetCacheSeconds > 86_400) {
      throw new BuildError("wrong_option", "`keySetCacheSeconds` is a whole number from 60 to 86,400");
    }
    const aheadMs = keySetCacheSeconds * 1000 + readAgainMs + clockRoomMs;
    const signsMs = settings.lifetimes.signingKeySeconds * 1000;
    if (!(signsMs >= 2 * aheadMs)) {
      throw new BuildError(
        "wrong_option",
        `\`signingKeySeconds\` is at least ${(2 * aheadMs) / 1000}: a new key is published before it signs`,
      );
    }
    this.#settings = settings;
    this.#periods = { signsMs, aheadMs, afterMs: longestTokenMs + clockRoomMs };
    this.maxAgeSeconds = Math.floor(keySetCacheSeconds / 2);
  }

  /**
   * The key to sign with now.
   *
   * @throws SealBroken where it is sealed under an `IDENTITY_KEY` that this node does not have
   * @throws Unavailable while the database is away
   */
  async current(): Promise<SigningKey> {
    const keys = await this.#recent();
    const record = currentKey(keys, this.#settings.clock());
    // Unless the clock jumped since the rows were read, there is one.
    if (record === undefined) throw new Unavailable("There is no signing key", { retryAfterSeconds: 1 });
    return this.#open(record);
  }

  /** The set to publish, at most a minute old: public halves only. @throws Unavailable while the database is away */
  async jwks(): Promise<Jwks> {
    return this.#published(await this.#recent());
  }

  /** The set as it is in the database now. @throws Unavailable while the database is away */
  async freshJwks(): Promise<Jwks> {
    await this.refresh();
    return this.#published(this.#held.keys);
  }

  /** Reads the keys again, and rotates where it is time. @throws Unavailable while the database is away */
  refresh(): Promise<void> {
    return this.#reading.runAgain();
  }

  /** Every key that the database has, the oldest first; changes nothing. @throws Unavailable while the database is away */
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
   * Resolves when there is a key to sign with, and all that may be needed can be opened.
   *
   * @throws SealBroken where the database is sealed under an `IDENTITY_KEY` that this node does not have
   * @throws Unavailable while the database is away
   */
  async ready(): Promise<void> {
    await this.refresh();
    for (const record of publishedKeys(this.#held.keys, this.#settings.clock())) this.#open(record);
  }

  /**
   * Takes a key out of use at once, because its private half may be known to others: it leaves the key set, tokens that it
   * signed are refused on every node as soon as the revocation log tells it, and another key signs. Whoever verifies tokens elsewhere
   * meets a key that is not in the set they keep, and has to fetch the set again. False where there is no such key, or somebody did this before.
   *
   * @throws Unavailable while the database is away; then nothing has happened
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
      // The next key signs early, where there is one: it is in the set that others keep.
      if (currentKey(yield* listSigningKeys(), now) === undefined) yield* keep(spare, timesOf(now, periods), settings, record);
      return true;
    });
    await this.refresh();
    return isRetired;
  }

  /**
   * Seals every key under the current one of `keys`, in one transaction; what is sealed under it stays as it is, so that doing
   * this twice is harmless. To replace `IDENTITY_KEY`: give the new one to every node as a previous one, then as the current one with the old as
   * previous, run this, take the old one away.
   *
   * @throws SealBroken where a key is sealed under none of them, or was changed; then nothing has happened
   * @throws Unavailable while the database is away
   */
  reencrypt(keys: IdentityKeys, origin: EventOrigin = {}): Promise<Reencryption> {
    const { audit, database } = this.#settings;
    return audit.recorded(database, origin, function* (record) {
      yield* lockKeys();
      // The private half of a compromised key is not needed again.
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

  /** The rows, read again where they are old or something is due; one reading at a time. */
  async #recent(): Promise<readonly SigningKeyRecord[]> {
    const { readAtMs, keys } = this.#held;
    const now = this.#settings.clock();
    const ageMs = now - readAtMs;
    if (ageMs >= 0 && ageMs < readAgainMs && keyPlan(keys, now, this.#periods) === undefined) return keys;
    await this.#reading.run();
    return this.#held.keys;
  }

  /** Makes the key that is due, unless another node did meanwhile; gives the rows as they are then. */
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

/** One node at a time changes the keys. */
function lockKeys(): Work<void> {
  return lock("lockstep signing keys");
}

/** Keeps a key that was just made. */
function* keep(jwk: PrivateJwk, times: SigningTimes, { keys, clock }: Settings, record: Recorder): Work<void> {
  yield* insertSigningKey({ ...sealKey(jwk, keys), createdAt: clock(), ...times });
  yield* record({ type: "signing_key.created", key: jwk.kid });
}
