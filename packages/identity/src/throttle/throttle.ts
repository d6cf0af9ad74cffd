/**
 * Counts an attempt before anything is hashed, mailed or compared. A sign-in is counted by network, by account name and by
 * password. On a device where the account has signed in before, it is counted by that device only, so nobody can lock an owner
 * out (L-04).
 */
import type { Connection, Redacted } from "lockstep";
import { findAccountByEmail } from "../account-table/account-store.ts";
import { emailKey } from "../mail/email.ts";
import type { Settings } from "../settings.ts";
import { networkOf } from "./address-prefix.ts";
import { type Bucket, GrowingBucket, SimpleBucket } from "./bucket.ts";
import { Counters } from "./counters.ts";
import { type Device, findDevice } from "./device-cookie.ts";
import { counterKey, passwordCounterKey } from "./fingerprint.ts";
import { KeyLimits, type KeyThrottle } from "./key-limits.ts";
import { type Limit, type Limits, limitsOf, type ThrottledAction, type ThrottleOptions } from "./throttle-options.ts";
import { tooManyRequests } from "./too-many-requests.ts";

/** An attempt to sign in. */
export interface SignInAttempt {
  /** The address, as it was typed. */
  readonly username: string;
  readonly password: Redacted<string>;
  readonly connection: Connection;
  /** The device cookie, if one came. */
  readonly device: string | undefined;
}

/** An attempt that was counted and may be made. */
export interface CountedAttempt {
  /** Returns this attempt, and no other (L-15). */
  succeeded(): Promise<void>;
}

/** The keys that an attempt is counted by. */
export interface AttemptOrigin {
  readonly connection: Connection;
  /**
   * The address or the account's id that the action is about, if that is limited too. Case, width and spaces make no difference.
   */
  readonly key?: string;
}

/** One bucket, and the counter in it. */
interface Place {
  readonly name: string;
  readonly bucket: Bucket;
  readonly key: string;
}

/** Limits attempts. */
export class Throttle {
  /** The limits on guessing API keys, which each process counts for itself. */
  readonly keys: KeyThrottle;
  readonly #settings: Settings;
  readonly #limits: Limits;
  readonly #counters: Counters;
  readonly #account: GrowingBucket;
  readonly #device: GrowingBucket;

  /** @throws WrongIdentityOption for an invalid limit */
  constructor(settings: Settings, options: ThrottleOptions = {}) {
    this.#settings = settings;
    this.#limits = limitsOf(options);
    this.keys = new KeyLimits(this.#limits.apiKey, settings.clock);
    this.#counters = new Counters(settings.database, this.#limits.maxKeysInMemory);
    this.#account = new GrowingBucket(this.#counters, this.#limits.signIn.account);
    this.#device = new GrowingBucket(this.#counters, this.#limits.signIn.device);
  }

  /**
   * Counts an attempt to sign in, before its password is hashed.
   *
   * @throws Problem 429 `too_many_requests`, the same whether or not there is such an account
   * @throws Unavailable while the database is away and a device cookie came
   */
  async signIn(attempt: SignInAttempt): Promise<CountedAttempt> {
    const name = emailKey(attempt.username);
    const device = await this.#knownDevice(attempt.device, name);
    const places = device === undefined ? this.#placesOf(attempt, name) : [this.#deviceOf(device)];
    return this.#take("sign_in", places, attempt.connection);
  }

  /**
   * Counts an attempt at another action. An attempt at an action that needs no secret (`register`, `forgot`) is not given back.
   *
   * @throws Problem 429 `too_many_requests`
   */
  async count(action: ThrottledAction, { connection, key }: AttemptOrigin): Promise<CountedAttempt> {
    const limits = this.#limits[action];
    const places = [this.#simple(action, "network", limits.network, networkOf(connection.address))];
    if ("key" in limits && key !== undefined) places.push(this.#simple(action, "key", limits.key, emailKey(key)));
    return this.#take(action, places, connection);
  }

  /** Forgets the failures for an account name: its owner, by mail, or an administrator has set another password. */
  async passwordReplaced(username: string): Promise<void> {
    await this.#account.forget(this.#accountKey(emailKey(username)));
  }

  /** Forgets the counters in memory. */
  async close(): Promise<void> {
    this.#counters.close();
  }

  /** A device counts only for the account that signed in on it, even if another name came with the cookie. */
  async #knownDevice(cookie: string | undefined, name: string): Promise<Device | undefined> {
    const device = findDevice(this.#settings, cookie);
    if (device === undefined) return undefined;
    const account = await this.#settings.database.run(findAccountByEmail(name));
    return account?.id === device.accountId ? device : undefined;
  }

  async #take(action: "sign_in" | ThrottledAction, places: readonly Place[], connection: Connection): Promise<CountedAttempt> {
    const taken: (() => Promise<void>)[] = [];
    for (const { name, bucket, key } of places) {
      const taking = await bucket.take(key);
      if (!taking.isAllowed) {
        // One event until the limit ends: a flood of refusals must not become a flood of events.
        if (taking.isFirst) this.#report(action, name, connection);
        tooManyRequests({ policy: action, limit: bucket.limit, endsAt: taking.endsAt });
      }
      taken.push(taking.giveBack);
    }
    return { succeeded: async () => void (await Promise.all(taken.map((giveBack) => giveBack()))) };
  }

  #report(what: string, bucket: string, { requestId, address }: Connection): void {
    if (bucket === "password") this.#settings.audit.report({ type: "throttle.spraying", what }, { requestId, address });
    else this.#settings.audit.report({ type: "throttle.limited", what, bucket }, { requestId, address });
  }

  #placesOf({ connection, password }: SignInAttempt, name: string): readonly Place[] {
    const { network, password: perPassword } = this.#limits.signIn;
    const passwordKey = passwordCounterKey(this.#settings.keys, "sign_in.password", password.reveal());
    return [
      this.#simple("sign_in", "network", network, networkOf(connection.address)),
      { name: "account", bucket: this.#account, key: this.#accountKey(name) },
      { name: "password", bucket: new SimpleBucket(this.#counters, perPassword), key: passwordKey },
    ];
  }

  #simple(action: string, name: string, limit: Limit, about: string): Place {
    const key = counterKey(this.#settings.keys, `${action}.${name}`, about);
    return { name, bucket: new SimpleBucket(this.#counters, limit), key };
  }

  #deviceOf({ id }: Device): Place {
    return { name: "device", bucket: this.#device, key: counterKey(this.#settings.keys, "sign_in.device", id) };
  }

  #accountKey(name: string): string {
    return counterKey(this.#settings.keys, "sign_in.account", name);
  }
}
