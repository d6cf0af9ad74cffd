/** The options of `identity()`, checked once, with every default filled in. */
import { consoleAudit, Redacted } from "lockstep";
import type { Account } from "./account-table/account-row.ts";
import type { LinkTemplates } from "./account/link-template.ts";
import { Auditor } from "./audit/auditor.ts";
import type { IdentityAuditSink } from "./audit/event.ts";
import type { SigningKeyOptions } from "./issuer/signing-keys.ts";
import { isLogMail, type Mail } from "./mail/mail.ts";
import { checkedClock, checkedScopes } from "./mechanism/callback.ts";
import { checkOptions, type KnownOptions, WrongIdentityOption } from "./mechanism/wrong-identity-option.ts";
import type { RevocationFeedOptions } from "./revocation/revocation-feed.ts";
import { type IdentityKey, identityKey, WrongIdentityKey } from "./secret/identity-key.ts";
import type { Lifetimes, Settings } from "./settings.ts";
import type { Database } from "./store/database.ts";
import type { ThrottleOptions } from "./throttle/throttle-options.ts";

/** What `identity()` is told. */
export interface IdentityOptions<Sc extends string = string> {
  /** Where everything is kept: `openSqlite(…)` or `openPostgres(…)`. Identity's tables are made there; who opened it closes it. */
  readonly database: Database;
  /** The URL of this service, exactly as it stands in `iss`: https, without query and fragment. Links in mails begin with it. */
  readonly issuer: string;
  /** The name of the API in `aud`. */
  readonly audience: string;
  /**
   * `IDENTITY_KEY`: 32 random bytes in base64url, which `lockstep-identity generate-key` prints. Private keys are kept encrypted under it. While it is
   * being replaced: the new one first, then those before it.
   */
  readonly key: Redacted<string> | readonly [Redacted<string>, ...Redacted<string>[]];
  /** Every scope that a credential may grant, with its description. */
  readonly scopes: Readonly<Record<Sc, string>>;
  /** The scopes that an account may have, known at once: a promise, or anything but an array, refuses. Default: all. */
  readonly scopesOf?: (account: Account) => readonly Sc[];
  /** Sends mail: `smtpMail(…)`, or `logMail(…)` while developing. */
  readonly mail: Mail;
  /** The first part of API keys, so that secret scanners find them: lower-case letters and digits. Default `lockstep`. */
  readonly keyPrefix?: string;
  /** OAuth's password grant, for the service's own programs. Default false: it is legacy (RFC 9700 §2.4). */
  readonly passwordGrant?: boolean;
  /** Whether anybody may register. Default `closed`. */
  readonly registration?: "open" | "closed";
  /**
   * A demonstration: cookies without `Secure` for callers on loopback, keys marked `demo`. Refused where
   * `NODE_ENV` is `production`. Default false.
   */
  readonly demo?: boolean;
  readonly lifetimes?: Partial<Lifetimes>;
  /** Where the links in messages lead. Default: pages of the issuer. */
  readonly links?: LinkTemplates | undefined;
  /** Limits of attempts. */
  readonly throttle?: ThrottleOptions | undefined;
  /** How the log of revocations is followed. */
  readonly revocation?: RevocationFeedOptions | undefined;
  /** How signing keys are published. */
  readonly signingKeys?: SigningKeyOptions | undefined;
  /** How long events stay in the table of audit events. Days, at least 1. Default: for ever. */
  readonly keepAuditDays?: number | undefined;
  /** Takes what happens. Default: a line of JSON on standard error. */
  readonly audit?: IdentityAuditSink;
  /** Milliseconds since 1970. If it throws or gives no number, what asks for the time fails. Default `Date.now`. */
  readonly clock?: () => number;
}

const day = 86_400;

/** Range and default of each lifetime, in seconds. */
const lifetimes: Readonly<Record<keyof Lifetimes, { readonly min: number; readonly max: number; readonly otherwise: number }>> = {
  accessTokenSeconds: { min: 1, max: 600, otherwise: 600 },
  refreshTokenSeconds: { min: 60, max: 365 * day, otherwise: 14 * day },
  refreshFamilySeconds: { min: 60, max: 2 * 365 * day, otherwise: 90 * day },
  refreshReuseWindowSeconds: { min: 0, max: 60, otherwise: 10 },
  sessionIdleSeconds: { min: 60, max: 30 * day, otherwise: 8 * 3600 },
  sessionSeconds: { min: 60, max: 90 * day, otherwise: 7 * day },
  linkSeconds: { min: 60, max: day, otherwise: 900 },
  signingKeySeconds: { min: 3600, max: 365 * day, otherwise: 30 * day },
};

/** How long things last unless the options say otherwise. */
export const defaultLifetimes: Lifetimes = checkLifetimes({});

/** Every option of `identity()`. */
const known: KnownOptions<IdentityOptions> = {
  database: true,
  issuer: true,
  audience: true,
  key: true,
  scopes: true,
  scopesOf: true,
  mail: true,
  keyPrefix: true,
  passwordGrant: true,
  registration: true,
  demo: true,
  lifetimes: true,
  links: true,
  throttle: true,
  revocation: true,
  signingKeys: true,
  keepAuditDays: true,
  audit: true,
  clock: true,
};

/** Every option of the records inside. `throttle-options.ts` checks the names in `throttle`, with their values. */
const knownLinks: KnownOptions<LinkTemplates> = { verify: true, reset: true };
const knownSigningKeys: KnownOptions<SigningKeyOptions> = { keySetCacheSeconds: true };
const knownRevocation: KnownOptions<RevocationFeedOptions> = {
  pollMs: true,
  silentAfterMs: true,
  whenSilent: true,
  timeoutMs: true,
  foreignIssuers: true,
  monotonicClock: true,
};

/** @throws WrongIdentityOption naming the option and what to write */
export function settingsOf<Sc extends string>(options: IdentityOptions<Sc>): Settings {
  checkNames(options);
  checkValues(options);
  const { database, audience, mail, scopes, demo = false, keyPrefix = "lockstep" } = options;
  const clock = options.clock === undefined ? Date.now : checkedClock(options.clock);
  const all = Object.keys(scopes);
  return Object.freeze({
    database,
    issuer: checkIssuer(options.issuer),
    audience,
    keys: readKeys(options.key),
    scopes,
    scopesOf: checkedScopes(options.scopesOf ?? (() => all)),
    keyPrefix,
    keyEnvironment: demo ? "demo" : "live",
    insecureCookies: demo,
    passwordGrant: options.passwordGrant ?? false,
    registration: options.registration ?? "closed",
    mail,
    lifetimes: checkLifetimes(options.lifetimes ?? {}),
    audit: new Auditor(options.audit ?? consoleAudit, clock),
    clock,
  } satisfies Settings);
}

function checkNames(options: IdentityOptions): void {
  checkOptions("identity()", options, known);
  const { lifetimes: given = {}, links = {}, signingKeys = {}, revocation = {} } = options;
  checkOptions("`lifetimes`", given, lifetimes);
  checkOptions("`links`", links, knownLinks);
  checkOptions("`signingKeys`", signingKeys, knownSigningKeys);
  checkOptions("`revocation`", revocation, knownRevocation);
}

/** The types say the same: this is for callers in JavaScript. */
function checkValues(options: IdentityOptions): void {
  const { database, audience, mail, scopes, registration = "closed", keepAuditDays = 1, keyPrefix = "lockstep" } = options;
  if (typeof audience !== "string" || audience === "") throw wrong("`audience` is required: the name of your API");
  if (typeof database?.transaction !== "function") throw wrong("`database` is required: openSqlite(…) or openPostgres(…)");
  if (typeof mail?.send !== "function") throw wrong("`mail` is required: smtpMail(…), or logMail(…) while developing");
  if (typeof scopes !== "object" || scopes === null) throw wrong('`scopes` is required: { "notes:read": "Read notes" }');
  for (const scope of Object.keys(scopes))
    if (!/^[!#-[\]-~]+$/.test(scope)) throw wrong(`\`scopes\`: ${JSON.stringify(scope)} is no scope (RFC 6749 §3.3)`);
  if (!/^[a-z][a-z0-9]{0,19}$/.test(keyPrefix)) throw wrong("`keyPrefix` is up to 20 lower-case letters and digits");
  if (!["open", "closed"].includes(registration)) throw wrong('`registration` is "open" or "closed"');
  if (!Number.isInteger(keepAuditDays) || keepAuditDays < 1) throw wrong("`keepAuditDays` is a whole number of days, from 1");
  for (const name of ["passwordGrant", "demo"] as const)
    if (!["boolean", "undefined"].includes(typeof options[name])) throw wrong(`\`${name}\` is true or false`);
  if (process.env["NODE_ENV"] !== "production") return;
  if (options.demo === true) throw wrong("`demo` is refused where NODE_ENV is production");
  if (isLogMail(mail)) throw wrong("`mail` is logMail(…), which is refused where NODE_ENV is production: give smtpMail(…)");
}

function readKeys(key: IdentityOptions["key"]): Settings["keys"] {
  const given: unknown = key instanceof Redacted ? [key] : key;
  const isKeys = Array.isArray(given) && given.every((each) => each instanceof Redacted);
  const [current, ...previous] = isKeys ? given.map(readKey) : [];
  if (current === undefined)
    throw wrong("`key` is required: new Redacted(IDENTITY_KEY), which `lockstep-identity generate-key` makes");
  return { current, previous };
}

function readKey(text: Redacted<string>): IdentityKey {
  try {
    return identityKey(text);
  } catch (error) {
    if (error instanceof WrongIdentityKey)
      throw wrong(`IDENTITY_KEY ${error.message}: make one with \`lockstep-identity generate-key\``);
    throw error;
  }
}

/** RFC 8414 §2: https, no query, no fragment. What is on loopback may use http. */
function checkIssuer(issuer: string): string {
  // What the parser would leave out or change silently (white space, a backslash) would stand in tokens and links.
  const url = /^[!-[\]-~]+$/.test(issuer) && URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined || url.search !== "" || url.hash !== "" || url.username !== "" || issuer.endsWith("/")) {
    throw wrong("`issuer` is the URL of this service, without a slash at its end: https://login.example.com");
  }
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback))
    throw wrong("`issuer` must be https, but on loopback");
  return issuer;
}

function checkLifetimes(given: Partial<Lifetimes>): Lifetimes {
  const checked = Object.entries(lifetimes).map(([name, { min, max, otherwise }]) => {
    // A name of the table is a name of Lifetimes.
    const seconds = given[name as keyof Lifetimes] ?? otherwise;
    if (!Number.isInteger(seconds) || seconds < min || seconds > max)
      throw wrong(`\`${name}\` is a whole number from ${min} to ${max}`);
    return [name, seconds];
  });
  // Every name of the table is there.
  return Object.fromEntries(checked);
}

function wrong(message: string): WrongIdentityOption {
  return new WrongIdentityOption(message);
}
