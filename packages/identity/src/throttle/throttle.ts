/**
 * Counts attempts. A sign-in takes places before anything is hashed: by network, by account name and by password. On a device
 * where the account has signed in before, it is counted by that device only, so nobody can lock an owner out (L-04). A credential
 * that nobody can guess is judged first, and only its failures are counted: nobody is refused because of a neighbour.
 */
import { type Connection, type Redacted, Unavailable } from "lockstep";
import { findAccountByEmail } from "../account-table/account-store.ts";
import { emailKey } from "../mail/email.ts";
import type { Settings } from "../settings.ts";
import { networksOf, unknownNetwork } from "lockstep/host";
import type { Place } from "./counter.ts";
import { Counters, type Refusal } from "./counters.ts";
import { findDevice } from "./device-cookie.ts";
import { counterKey, passwordCounterKey } from "./fingerprint.ts";
import { KeyLimits, type KeyThrottle } from "./key-limits.ts";
import {
  type CountedAction,
  type JudgedAction,
  type Limits,
  limitsOf,
  type NetworkLimit,
  type ThrottleOptions,
} from "./throttle-options.ts";
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

/** What the throttle knows of an attempt to sign in. */
export interface SignInPlace {
  /** Whether the account has signed in on the device before. */
  readonly isKnownDevice: boolean;
}

/** An action that is about an address or an account. */
export interface AttemptOrigin {
  readonly connection: Connection;
  /** The address or the account's id. Case, width and spaces make no difference. */
  readonly key: string;
}

/** Limits attempts. */
export class Throttle {
  /** The limits on guessing API keys, which each process counts for itself. */
  readonly keys: KeyThrottle;
  readonly #settings: Settings;
  readonly #limits: Limits;
  readonly #counters: Counters;

  /** @throws WrongIdentityOption for an invalid limit */
  constructor(settings: Settings, options: ThrottleOptions = {}) {
    this.#settings = settings;
    this.#limits = limitsOf(options);
    this.keys = new KeyLimits(this.#limits.apiKey, settings);
    this.#counters = new Counters(settings.database, this.#limits.maxKeysInMemory, settings.clock);
  }

  /**
   * Makes an attempt to sign in. It is in flight while `work` runs, and a failure if `work` throws anything but `Unavailable`.
   *
   * @throws Problem 429 `too_many_requests`, the same whether or not there is such an account
   * @throws Unavailable while the database is away and a device cookie came
   */
  async signIn<T>(attempt: SignInAttempt, work: (place: SignInPlace) => Promise<T>): Promise<T> {
    const name = emailKey(attempt.username);
    const device = await this.#knownDevice(attempt.device, name);
    if (device === undefined)
      return this.#attempt("sign_in", { ...attempt, places: this.#placesOf(attempt, name) }, () => work({ isKnownDevice: false }));
    // If the owner is here, the guesses of others before, and the typing errors of the owner, are forgotten.
    const forget = [device, this.#accountOf(name)];
    return this.#attempt("sign_in", { ...attempt, places: [device], forget }, () => work({ isKnownDevice: true }));
  }

  /**
   * Makes an attempt with a password of somebody who has shown another credential. It is in flight while `work` runs, and a
   * failure if `work` throws anything but `Unavailable`.
   *
   * @throws Problem 429 `too_many_requests`
   */
  async password<T>({ connection, key }: AttemptOrigin, work: () => Promise<T>): Promise<T> {
    const places = [this.#place("password", "key", this.#limits.password.key, emailKey(key))];
    return this.#attempt("password", { connection, places }, work);
  }

  /**
   * Counts an action that costs a message. It is counted whether or not it succeeds.
   *
   * @throws Problem 429 `too_many_requests`
   */
  async count(action: CountedAction, { connection, key }: AttemptOrigin): Promise<void> {
    const limits = this.#limits[action];
    const places = [...this.#networks(action, limits, connection), this.#place(action, "key", limits.key, emailKey(key))];
    this.#refuse(action, await this.#counters.spend(places), connection);
  }

  /**
   * Counts a credential that did not verify.
   *
   * @throws Problem 429 `too_many_requests`
   */
  async failed(action: JudgedAction, connection: Connection): Promise<void> {
    const refusals = await this.#counters.spend(this.#networks(action, this.#limits[action], connection));
    this.#refuse(action, refusals, connection);
  }

  /** Forgets the failures for an account name: its owner, by mail, or an administrator has set another password. */
  async passwordReplaced(username: string): Promise<void> {
    await this.#counters.forget([this.#accountOf(emailKey(username))]);
  }

  async #attempt<T>(what: string, { connection, places, forget = [] }: Attempt, work: () => Promise<T>): Promise<T> {
    const taking = await this.#counters.take(places);
    if (!("end" in taking)) return this.#refuse(what, taking.refusals, connection);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      // A busy server must not get its users throttled.
      await taking.end(error instanceof Unavailable ? "withdrawn" : "failed");
      throw error;
    }
    await taking.end("withdrawn", forget);
    return result;
  }

  #refuse(what: string, refusals: readonly [Refusal, ...Refusal[]], connection: Connection): never;
  #refuse(what: string, refusals: readonly Refusal[], connection: Connection): void;
  #refuse(what: string, refusals: readonly Refusal[], connection: Connection): void {
    // One event until the limit ends: a flood of refusals must not become a flood of events.
    for (const { place, isFirst } of refusals) if (isFirst) this.#report(what, place.name, connection);
    const [longest] = refusals.toSorted((one, other) => other.retryAt - one.retryAt);
    if (longest === undefined) return;
    const { place, retryAt } = longest;
    tooManyRequests({ policy: what, limit: place.limit, waitMs: retryAt - this.#settings.clock() });
  }

  #report(what: string, bucket: string, { requestId, address }: Connection): void {
    if (bucket === "password") this.#settings.audit.report({ type: "throttle.spraying", what }, { requestId, address });
    else this.#settings.audit.report({ type: "throttle.limited", what, bucket }, { requestId, address });
  }

  /**
   * The place of a device. It counts only for the account that signed in on it, even if another name came with the cookie. With a
   * new password it starts again.
   */
  async #knownDevice(cookie: string | undefined, name: string): Promise<Place | undefined> {
    const device = findDevice(this.#settings, cookie);
    if (device === undefined) return undefined;
    const account = await this.#settings.database.run(findAccountByEmail(name));
    if (account?.id !== device.accountId) return undefined;
    const about = `${device.id} ${account.passwordHash?.reveal() ?? ""}`;
    return this.#place("sign_in", "device", this.#limits.signIn.device, about);
  }

  #placesOf({ connection, password }: SignInAttempt, name: string): readonly Place[] {
    const limits = this.#limits.signIn;
    const key = passwordCounterKey(this.#settings.keys, "sign_in.password", password.reveal());
    return [
      ...this.#networks("sign_in", limits, connection),
      this.#accountOf(name),
      { name: "password", key, limit: limits.password },
    ];
  }

  #networks(action: string, { network, wideNetwork }: NetworkLimit, { address }: Connection): readonly Place[] {
    if (this.#settings.clientAddress === "unknown") return [this.#place(action, "wide_network", wideNetwork, unknownNetwork)];
    const { narrow, wide } = networksOf(address);
    return [this.#place(action, "network", network, narrow), this.#place(action, "wide_network", wideNetwork, wide)];
  }

  #accountOf(name: string): Place {
    return this.#place("sign_in", "account", this.#limits.signIn.account, name);
  }

  #place(action: string, name: string, limit: Place["limit"], about: string): Place {
    return { name, key: counterKey(this.#settings.keys, `${action}.${name}`, about), limit };
  }
}

interface Attempt {
  readonly connection: Connection;
  readonly places: readonly Place[];
  /** The places whose failures a success forgets. */
  readonly forget?: readonly Place[];
}
