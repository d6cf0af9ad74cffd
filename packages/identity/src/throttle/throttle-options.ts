/** The limits of the throttle, with their defaults. */
import { checkOptions, WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";

/** A number of attempts in a period that begins with the first one. */
export interface Limit {
  /** 1 to 1,000,000. */
  readonly attempts: number;
  /** 1 to 2,147,483 (24 days). */
  readonly seconds: number;
}

/**
 * Free attempts; the last of them begins a wait. After the wait one more attempt is allowed, and then the wait is twice as long.
 */
export interface GrowingLimit extends Limit {
  /** The wait after the last free attempt. Seconds. */
  readonly firstDelaySeconds: number;
  /** The longest wait. Seconds. */
  readonly maxDelaySeconds: number;
  /** The number of waits in `periodSeconds`. Beyond that only the free attempts, without the last, are allowed. */
  readonly delayedAttempts: number;
  /** 1 to 2,147,483 (24 days). */
  readonly periodSeconds: number;
}

/** The limits on signing in. An attempt that succeeds is given back. */
export interface SignInLimits {
  /** From one network, an IPv4 /24 or an IPv6 /64, on unknown devices. Default 30 in 10 minutes. */
  readonly network: Limit;
  /**
   * For one account name on unknown devices, whether or not the account exists. Default 5 at once; then one after a minute, two,
   * four, up to an hour. From the fifth on, 15 attempts are allowed in 20 days, and then 4 a day. That is fewer than 100 wrong
   * guesses in 20 days (NIST SP 800-63B §3.2.2), and the account is never closed for good.
   */
  readonly account: GrowingLimit;
  /** For one known device of the account, instead of both. Default as for an account. */
  readonly device: GrowingLimit;
  /** For one password on any accounts, on unknown devices. Default 50 in an hour. */
  readonly password: Limit;
}

/** The limit on an action for one network. */
export interface NetworkLimit {
  readonly network: Limit;
}

/** The limits on an action for one network, and for one address or account. */
export interface NetworkAndKeyLimit extends NetworkLimit {
  readonly key: Limit;
}

/** The limits on every action. */
export interface Limits {
  readonly signIn: SignInLimits;
  /** Registrations. Default 20 an hour from a network, 3 an hour for an address. */
  readonly register: NetworkAndKeyLimit;
  /** Mails to reset a password. Default 20 an hour from a network, 3 an hour for an address. */
  readonly forgot: NetworkAndKeyLimit;
  /** Invalid links. Default 60 in 10 minutes from a network. */
  readonly link: NetworkLimit;
  /**
   * Clients that fail to authenticate, or are authenticating. Default 100 in 10 minutes from a network. There is no limit for one
   * client: its id is not a secret, so anybody could lock it out.
   */
  readonly client: NetworkLimit;
  /**
   * Wrong passwords in requests that ask a signed-in user for the password. Default 60 in 10 minutes from a network, 10 in 15
   * minutes for an account.
   */
  readonly password: NetworkAndKeyLimit;
  /** Wrong secrets of API keys, in each process. Default 100 in 10 minutes from a network, 20 in 10 minutes for a key. */
  readonly apiKey: NetworkAndKeyLimit;
  /**
   * The most counters in the memory of a process. Beyond that the counter that was not used for the longest time is forgotten.
   * Default 100,000 (50 MB).
   */
  readonly maxKeysInMemory: number;
}

/** An action other than signing in that is counted. */
export type ThrottledAction = "register" | "forgot" | "link" | "client" | "password";

type Changes<T> = { readonly [Name in keyof T]?: T[Name] extends number ? number : Changes<T[Name]> };

/** Limits that differ from their defaults. No limit can be switched off. */
export type ThrottleOptions = Changes<Limits>;

const minute = 60;
const hour = 3600;
const day = 86_400;

const perAccount: GrowingLimit = {
  attempts: 5,
  seconds: day,
  firstDelaySeconds: minute,
  maxDelaySeconds: hour,
  delayedAttempts: 15,
  periodSeconds: 20 * day,
};

const defaults: Limits = {
  signIn: {
    network: { attempts: 30, seconds: 10 * minute },
    account: perAccount,
    device: perAccount,
    password: { attempts: 50, seconds: hour },
  },
  register: { network: { attempts: 20, seconds: hour }, key: { attempts: 3, seconds: hour } },
  forgot: { network: { attempts: 20, seconds: hour }, key: { attempts: 3, seconds: hour } },
  link: { network: { attempts: 60, seconds: 10 * minute } },
  client: { network: { attempts: 100, seconds: 10 * minute } },
  password: { network: { attempts: 60, seconds: 10 * minute }, key: { attempts: 10, seconds: 15 * minute } },
  apiKey: { network: { attempts: 100, seconds: 10 * minute }, key: { attempts: 20, seconds: 10 * minute } },
  maxKeysInMemory: 100_000,
};

/** @throws WrongIdentityOption for a number that is out of range, or an unknown name */
export function limitsOf(options: ThrottleOptions): Limits {
  // It has the names of the defaults, with numbers for their numbers.
  return changed(defaults, options, "throttle") as Limits;
}

function changed(otherwise: object, changes: unknown, path: string): object {
  // It may be any value: `checkOptions()` refuses one that is not an object.
  checkOptions(`\`${path}\``, changes as object, otherwise);
  const given = new Map<string, unknown>(Object.entries(changes as object));
  const entries = Object.entries(otherwise).map(([name, value]: [string, object | number]) => {
    if (!given.has(name)) return [name, value];
    const change = given.get(name);
    return [name, typeof value === "number" ? checked(name, change, path) : changed(value, change, `${path}.${name}`)];
  });
  return Object.freeze(Object.fromEntries(entries));
}

function checked(name: string, value: unknown, path: string): number {
  const most = name.toLowerCase().endsWith("seconds") ? maxSeconds : maxCount;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new WrongIdentityOption(`Set \`${path}.${name}\` to a whole number from 1 to ${most}`);
}

/** The longest time that a timer of Node can wait. */
const maxSeconds = 2_147_483;
const maxCount = 1_000_000;
