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
 * The failures are forgotten when none has been added for `seconds`, which must be longer than the longest wait.
 */
export interface GrowingLimit extends Limit {
  /** The wait after the last free attempt. Seconds. */
  readonly firstDelaySeconds: number;
  /** The longest wait, whatever the number of failures is. Seconds. */
  readonly maxDelaySeconds: number;
  /** The most attempts that are evaluated at the same time. 1 to 1,000,000. */
  readonly atOnce: number;
}

/**
 * The limits on an action for the networks of a client. No wait is longer than `seconds`.
 *
 * With `clientAddress: "unknown"` there is no `network`, and all clients are one `wideNetwork`.
 */
export interface NetworkLimit {
  /** For one IPv4 address, or one IPv6 /64. */
  readonly network: Limit;
  /** For an IPv4 /24 or an IPv6 /48: much higher, because its other clients may be strangers. */
  readonly wideNetwork: Limit;
}

/** The limit on an action for one address, account or key. */
export interface KeyLimit {
  readonly key: Limit;
}

/** The limits on signing in. Attempts that are being made take places, too, and attempts that succeed are not counted. */
export interface SignInLimits extends NetworkLimit {
  /** On unknown devices. Default 30 in 10 minutes. */
  readonly network: Limit;
  /** On unknown devices. Default 300 in 10 minutes. */
  readonly wideNetwork: Limit;
  /**
   * For one account name on unknown devices, whether or not the account exists. 20 attempts may be in flight, so honest programs
   * can sign in at the same time. After 5 failures the next attempt waits a minute, then two, four, up to an hour
   * (`maxDelaySeconds`); the failures are forgotten after a day without one. A right password on a known device of the account,
   * or a new password, forgets them at once.
   *
   * So somebody who never stops can make at most 504 wrong guesses in 20 days, and 24 a day after that. NIST SP 800-63B §3.2.2
   * asks for at most 100 in a row, which would let anybody close an account for weeks.
   */
  readonly account: GrowingLimit;
  /** For one known device of the account, instead of all others. Default as for an account. */
  readonly device: GrowingLimit;
  /** For one password on any accounts, on unknown devices. Default 50 in an hour. */
  readonly password: Limit;
}

/** The limits on every action. */
export interface Limits {
  readonly signIn: SignInLimits;
  /** Registrations. Default 20 an hour from a network, 200 from a wide one, 3 an hour for an address. */
  readonly register: NetworkLimit & KeyLimit;
  /** Mails to reset a password. Default 20 an hour from a network, 200 from a wide one, 3 an hour for an address. */
  readonly forgot: NetworkLimit & KeyLimit;
  /** Invalid links. Default 60 in 10 minutes from a network, 600 from a wide one. A valid link is never refused. */
  readonly link: NetworkLimit;
  /**
   * Clients that fail to authenticate. Default 100 in 10 minutes from a network, 1,000 from a wide one. A client that
   * authenticates is never refused. There is no limit for one client: its id is not a secret, so anybody could lock it out.
   */
  readonly client: NetworkLimit;
  /**
   * Wrong passwords where somebody has already shown another credential: in requests that ask a signed-in user for the password,
   * and with a link. Default 10 in 15 minutes for an account or an address.
   */
  readonly password: KeyLimit;
  /**
   * Wrong secrets of API keys, in each process. Default 100 in 10 minutes from a network, 1,000 from a wide one, 20 in 10 minutes
   * for a key. A key that verifies is never refused because of its network.
   */
  readonly apiKey: NetworkLimit & KeyLimit;
  /**
   * The most counters in the memory of a process. Beyond that the counter that was not used for the longest time is forgotten.
   * Default 100,000 (25 MB).
   */
  readonly maxKeysInMemory: number;
}

/** An action that costs a message, and that is counted whether or not it succeeds. */
export type CountedAction = "register" | "forgot";
/** An action with a credential that nobody can guess. Only failures are counted, after they are judged. */
export type JudgedAction = "link" | "client";

/** Whether the host tells the client's address. */
export type ClientAddress = "known" | "unknown";

type Changes<T> = { readonly [Name in keyof T]?: T[Name] extends number ? number : Changes<T[Name]> };

/** Limits that differ from their defaults. No limit can be switched off. */
export type ThrottleOptions = Changes<Limits> & {
  /**
   * Whether the host tells the client's address. With `"unknown"` attempts are counted by account, by password, and for all
   * clients together, so anybody can keep unknown devices from signing in for ten minutes. Default `"known"`: the API does not
   * start on a host that does not tell it.
   */
  readonly clientAddress?: ClientAddress;
};

const minute = 60;
const hour = 3600;
const day = 86_400;

const perAccount: GrowingLimit = {
  attempts: 5,
  seconds: day,
  firstDelaySeconds: minute,
  maxDelaySeconds: hour,
  atOnce: 20,
};

/** A wide network has ten times the attempts of a network. */
function networks(attempts: number, seconds: number): NetworkLimit {
  return { network: { attempts, seconds }, wideNetwork: { attempts: 10 * attempts, seconds } };
}

const defaults: Limits = {
  signIn: {
    ...networks(30, 10 * minute),
    account: perAccount,
    device: perAccount,
    password: { attempts: 50, seconds: hour },
  },
  register: { ...networks(20, hour), key: { attempts: 3, seconds: hour } },
  forgot: { ...networks(20, hour), key: { attempts: 3, seconds: hour } },
  link: networks(60, 10 * minute),
  client: networks(100, 10 * minute),
  password: { key: { attempts: 10, seconds: 15 * minute } },
  apiKey: { ...networks(100, 10 * minute), key: { attempts: 20, seconds: 10 * minute } },
  maxKeysInMemory: 100_000,
};

/**
 * The limits, and whether the client's address is known.
 *
 * @throws WrongIdentityOption for a number that is out of range, or an unknown name
 */
export function limitsOf(options: ThrottleOptions): Limits & { readonly clientAddress: ClientAddress } {
  checkOptions("`throttle`", options, { ...defaults, clientAddress: true });
  const { clientAddress = "known", ...changes } = options;
  if (clientAddress !== "known" && clientAddress !== "unknown")
    throw new WrongIdentityOption('Set `throttle.clientAddress` to "unknown", or leave it out');
  // It has the names of the defaults, with numbers for their numbers.
  const limits = changed(defaults, changes, "throttle") as Limits;
  for (const name of ["account", "device"] as const) {
    const { seconds, maxDelaySeconds } = limits.signIn[name];
    // Otherwise the failures would be forgotten when the wait ends, and the waits would begin again.
    if (seconds <= maxDelaySeconds)
      throw new WrongIdentityOption(`Set \`throttle.signIn.${name}.seconds\` to more than its \`maxDelaySeconds\``);
  }
  return { ...limits, clientAddress };
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
