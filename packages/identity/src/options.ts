/** The options of `identity()`, checked once, with every default filled in. */
import { consoleAudit, Redacted } from "lockstep";
import type { IdentityProvider } from "lockstep/oidc";
import type { Account } from "./account-table/account-row.ts";
import type { LinkTemplates } from "./account/link-template.ts";
import { Auditor } from "./audit/auditor.ts";
import type { IdentityAuditSink } from "./audit/event.ts";
import type { SigningKeyOptions } from "./issuer/signing-keys.ts";
import { isLogMail, type Mail } from "./mail/mail.ts";
import { checkedClock, checkedOwnerScopes, checkedScopes, checkedSteps } from "./mechanism/callback.ts";
import { checkOptions, type KnownOptions, WrongIdentityOption } from "./mechanism/wrong-identity-option.ts";
import { accountScope } from "./principal/principal.ts";
import { knownProviderEvents, type ProviderEventsOptions } from "./provider-event/provider-events.ts";
import type { RevocationFeedOptions } from "./revocation/revocation-feed.ts";
import { type IdentityKey, identityKey, WrongIdentityKey } from "./secret/identity-key.ts";
import type { Lifetimes, RefreshReuse, Settings } from "./settings.ts";
import type { Database } from "./store/database.ts";
import type { Work } from "./store/statement.ts";
import { limitsOf, type ThrottleOptions } from "./throttle/throttle-options.ts";

/** Whether anybody may register, and the scopes that accounts may have. */
interface RegistrationOptions<Sc extends string> {
  /** Whether anybody may register. Default `closed`. With `open`, say what accounts may do: `scopesOf` or `defaultScopes`. */
  readonly registration?: "open" | "closed";
  /**
   * Returns the scopes that an account may have, synchronously. A promise, or anything but an array, fails. Default: the
   * `defaultScopes` for an account that registered itself, and all scopes for every other one.
   */
  readonly scopesOf?: (account: Account) => readonly NoInfer<Sc>[];
  /** Without `scopesOf`: the scopes of accounts that registered themselves. Default none. */
  readonly defaultScopes?: readonly NoInfer<Sc>[];
}

/** Open registration does not compile without a decision about the scopes of those who register. */
type ScopesDecided<Sc extends string> =
  | { readonly registration?: "closed" }
  | Required<Pick<RegistrationOptions<Sc>, "scopesOf">>
  | Required<Pick<RegistrationOptions<Sc>, "defaultScopes">>;

/** The options of `identity()`. */
export type IdentityOptions<Sc extends string = string> = CommonOptions<Sc> & RegistrationOptions<Sc> & ScopesDecided<Sc>;

interface CommonOptions<Sc extends string> {
  /** The database: `openSqlite(…)` or `openPostgres(…)`. Identity creates its tables in it. Close it yourself after `close()`. */
  readonly database: Database;
  /**
   * The URL of this service, exactly as in `iss`: https, without query and fragment. Links in mails begin with it. A database
   * belongs to the issuer of its first start; all processes on it have the same one.
   */
  readonly issuer: string;
  /** The name of the API in `aud`. */
  readonly audience: string;
  /**
   * `IDENTITY_KEY`: 32 random bytes in base64url. `lockstep-identity generate-key` prints one. Private keys are stored encrypted
   * under it. While you replace it, pass the new key first, then the previous ones.
   */
  readonly key: Redacted<string> | readonly [Redacted<string>, ...Redacted<string>[]];
  /** Every scope that a credential may grant, with its description. */
  readonly scopes: Readonly<Record<Sc, string>>;
  /**
   * Returns the scopes that an external owner of API keys may have, such as the organisation `org:42`, synchronously. Return
   * `undefined` if there is no such owner: its keys are refused. Any other value that is not an array fails. Without this option,
   * no key can have an external owner.
   */
  readonly scopesOfOwner?: (ownerId: string) => readonly NoInfer<Sc>[] | undefined;
  /**
   * Runs in the transaction that makes an account: for somebody who registers or accepts an invitation, and for
   * `accounts.create()` and `accounts.import()`. Write the row of your application about the account here, with the tools of
   * `lockstep-identity/database`: both rows exist, or neither. If it throws, no account is made, and the caller gets the
   * error. It runs again if the transaction collides with another, so it must do nothing but database work. The command line
   * does not run it: `lockstep-identity users create` makes an account without it. Default: nothing.
   *
   * @example
   * ```ts
   * onAccountCreated: function* ({ id }) {
   *   yield* all(insertProfile, { id });
   * },
   * ```
   */
  readonly onAccountCreated?: (account: Account) => Work<void>;
  /**
   * The identity provider that issues the tokens: `identityProvider({ … })`, or `identityProviderFrom(process.env)` of
   * `lockstep/oidc`. Signing in, passwords and addresses are then its business, and their routes are left out. An account is made
   * when a verified subject first comes. API keys, service accounts and revocation work as without it. Default: this service
   * issues the tokens.
   */
  readonly provider?: IdentityProvider | undefined;
  /**
   * Events of identity providers: the end of a session, or of an account. They end tokens on every node. Default: those that
   * `provider` names. Without `provider`, name the issuers in `revocation.foreignIssuers`, too.
   */
  readonly providerEvents?: ProviderEventsOptions | undefined;
  /** Sends mail: `smtpMail(…)`, or `logMail(…)` while developing. */
  readonly mail: Mail;
  /** The first part of API keys, by which secret scanners find them: lower-case letters and digits. Default `lockstep`. */
  readonly keyPrefix?: string;
  /** Turns on OAuth's password grant, for the service's own programs. Default false, because it is legacy (RFC 9700 §2.4). */
  readonly passwordGrant?: boolean;
  /**
   * Turns on the demo: cookies without `Secure` for callers on loopback, and API keys marked `demo`. Refused if `NODE_ENV` is
   * `production`. Default false.
   */
  readonly demo?: boolean;
  readonly lifetimes?: Partial<Lifetimes>;
  /**
   * How many sessions an account can have at the same time, those of browsers and of programs together: 1 to 10,000, default 100.
   * If another begins, the oldest ends with its tokens, in the same transaction. Sessions that were idle for too long end first.
   */
  readonly maxSessionsPerAccount?: number;
  /**
   * When a refresh token that was used already returns the same successor again. `"within-window"`: for
   * `lifetimes.refreshReuseWindowSeconds`. `"until-successor-is-used"`: as long as the successor lives and nobody has used it.
   * A mobile client whose answer was lost can then try again after hours, and so can a thief with the old token.
   * Default `"within-window"`.
   */
  readonly refreshReuse?: RefreshReuse;
  /** The addresses of the links in messages. Default: pages of the issuer. */
  readonly links?: LinkTemplates | undefined;
  /**
   * The limits of attempts. They count clients by their address, so an API with identity starts only on a host that tells it
   * (`client_address_unknown`). `{ clientAddress: "unknown" }` counts without addresses.
   */
  readonly throttle?: ThrottleOptions | undefined;
  /** How the revocation log is followed. */
  readonly revocation?: RevocationFeedOptions | undefined;
  /** How signing keys are published. */
  readonly signingKeys?: SigningKeyOptions | undefined;
  /** How long audit events stay in the table: days, at least 1, or `"forever"`. Default 90. */
  readonly keepAuditDays?: number | "forever" | undefined;
  /** Receives the audit events. Default: a line of JSON on standard error. */
  readonly audit?: IdentityAuditSink;
  /**
   * Returns milliseconds since 1970. If it throws or returns no number, the call that needs the time fails. Default `Date.now`.
   */
  readonly clock?: () => number;
}

const day = 86_400;

/** The range and the default of each lifetime, in seconds. */
const lifetimes: Readonly<Record<keyof Lifetimes, { readonly min: number; readonly max: number; readonly otherwise: number }>> = {
  accessTokenSeconds: { min: 1, max: 600, otherwise: 600 },
  refreshTokenSeconds: { min: 60, max: 365 * day, otherwise: 14 * day },
  refreshFamilySeconds: { min: 60, max: 2 * 365 * day, otherwise: 90 * day },
  refreshReuseWindowSeconds: { min: 0, max: 60, otherwise: 10 },
  sessionIdleSeconds: { min: 60, max: 30 * day, otherwise: 8 * 3600 },
  sessionSeconds: { min: 60, max: 90 * day, otherwise: 7 * day },
  linkSeconds: { min: 60, max: day, otherwise: 900 },
  invitationSeconds: { min: 60, max: 30 * day, otherwise: 7 * day },
  recentSignInSeconds: { min: 0, max: day, otherwise: 600 },
  signingKeySeconds: { min: 3600, max: 365 * day, otherwise: 30 * day },
};

/** The lifetimes without any options. */
export const defaultLifetimes: Lifetimes = checkLifetimes({});

/** How many sessions an account can have, without the option. */
export const defaultMaxSessions = 100;
const mostSessions = 10_000;

/** All options of `identity()`. */
const known: KnownOptions<IdentityOptions> = {
  database: true,
  issuer: true,
  audience: true,
  key: true,
  scopes: true,
  scopesOf: true,
  defaultScopes: true,
  scopesOfOwner: true,
  onAccountCreated: true,
  provider: true,
  providerEvents: true,
  mail: true,
  keyPrefix: true,
  passwordGrant: true,
  registration: true,
  demo: true,
  lifetimes: true,
  maxSessionsPerAccount: true,
  refreshReuse: true,
  links: true,
  throttle: true,
  revocation: true,
  signingKeys: true,
  keepAuditDays: true,
  audit: true,
  clock: true,
};

/** The options of the nested records. `throttle-options.ts` checks the names in `throttle`, with their values. */
const knownLinks: KnownOptions<LinkTemplates> = { verify: true, reset: true, invite: true };
const knownSigningKeys: KnownOptions<SigningKeyOptions> = { keySetCacheSeconds: true };
const knownRevocation: KnownOptions<RevocationFeedOptions> = {
  pollMs: true,
  silentAfterMs: true,
  whenSilent: true,
  timeoutMs: true,
  foreignIssuers: true,
  monotonicClock: true,
};

/** Checks the options and fills in the defaults. @throws WrongIdentityOption, which names the option and what to write */
export function settingsOf<Sc extends string>(options: IdentityOptions<Sc>): Settings {
  checkNames(options);
  checkValues(options);
  const { database, audience, mail, scopes, defaultScopes = [], demo = false, keyPrefix = "lockstep" } = options;
  const clock = options.clock === undefined ? Date.now : checkedClock(options.clock);
  const all = Object.keys(scopes);
  return Object.freeze({
    database,
    issuer: checkIssuer(options.issuer),
    audience,
    keys: readKeys(options.key),
    scopes,
    scopesOf: checkedScopes(options.scopesOf ?? (({ isSelfRegistered }) => (isSelfRegistered ? defaultScopes : all))),
    scopesOfOwner: options.scopesOfOwner && checkedOwnerScopes(options.scopesOfOwner),
    onAccountCreated: checkedSteps("onAccountCreated", options.onAccountCreated ?? noWork),
    keyPrefix,
    keyEnvironment: demo ? "demo" : "live",
    insecureCookies: demo,
    passwordGrant: options.passwordGrant ?? false,
    registration: options.registration ?? "closed",
    mail,
    lifetimes: checkLifetimes(options.lifetimes ?? {}),
    maxSessionsPerAccount: options.maxSessionsPerAccount ?? defaultMaxSessions,
    refreshReuse: checkReuse(options),
    clientAddress: limitsOf(options.throttle ?? {}).clientAddress,
    audit: new Auditor(options.audit ?? consoleAudit, clock),
    clock,
  } satisfies Settings);
}

function checkNames(options: IdentityOptions): void {
  checkOptions("identity()", options, known);
  const { lifetimes: given = {}, links = {}, signingKeys = {}, revocation = {}, providerEvents = {} } = options;
  checkOptions("`lifetimes`", given, lifetimes);
  checkOptions("`links`", links, knownLinks);
  checkOptions("`signingKeys`", signingKeys, knownSigningKeys);
  checkOptions("`revocation`", revocation, knownRevocation);
  checkOptions("`providerEvents`", providerEvents, knownProviderEvents);
}

/** Checks at run time what the types check too, for callers in JavaScript. */
function checkProvider({ provider, issuer }: IdentityOptions): void {
  if (provider === undefined) return;
  if (typeof provider?.tokens?.verify !== "function" || !Array.isArray(provider.issuers))
    throw wrong("Set `provider` to identityProvider({ … }) or identityProviderFrom(process.env) of lockstep/oidc, or leave it out");
  if (provider.issuers.includes(issuer))
    throw wrong("Set `issuer` to the URL of this service: it is that of `provider`, whose tokens are not this service's");
}

function checkValues(options: IdentityOptions): void {
  const { database, audience, mail, scopes, registration = "closed", keepAuditDays = 90, keyPrefix = "lockstep" } = options;
  const { maxSessionsPerAccount: max = defaultMaxSessions } = options;
  const { defaultScopes = [] }: { readonly defaultScopes?: readonly string[] } = options;
  if (typeof audience !== "string" || audience === "") throw wrong("Set `audience` to the name of your API");
  if (typeof database?.transaction !== "function") throw wrong("Set `database` to openSqlite(…) or openPostgres(…)");
  checkProvider(options);
  if (typeof mail?.send !== "function") throw wrong("Set `mail` to smtpMail(…), or to logMail(…) while developing");
  if (typeof scopes !== "object" || scopes === null)
    throw wrong('Set `scopes` to your scopes with descriptions: { "notes:read": "Read notes" }');
  if (Object.hasOwn(scopes, accountScope))
    throw wrong(`Rename \`${accountScope}\` in \`scopes\`: identity has a scope of this name, to administer the account`);
  for (const scope of Object.keys(scopes))
    if (!/^[!#-[\]-~]+$/.test(scope))
      throw wrong(`Rename ${JSON.stringify(scope)} in \`scopes\`: it is not a scope (RFC 6749 §3.3)`);
  if (!Array.isArray(defaultScopes) || !defaultScopes.every((scope) => Object.hasOwn(scopes, scope)))
    throw wrong("Set `defaultScopes` to an array of names in `scopes`");
  if (!/^[a-z][a-z0-9]{0,19}$/.test(keyPrefix))
    throw wrong("Set `keyPrefix` to at most 20 lower-case letters and digits, the first of them a letter");
  if (!["function", "undefined"].includes(typeof options.scopesOfOwner))
    throw wrong("Set `scopesOfOwner` to a function: (ownerId) => ownerId in organisations ? [] : undefined");
  if (!["function", "undefined"].includes(typeof options.onAccountCreated))
    throw wrong("Set `onAccountCreated` to a generator: function* (account) { … }");
  if (!["open", "closed"].includes(registration)) throw wrong('Set `registration` to "open" or "closed"');
  if (!Number.isInteger(max) || max < 1 || max > mostSessions)
    throw wrong(`Set \`maxSessionsPerAccount\` to a whole number from 1 to ${mostSessions}`);
  if (keepAuditDays !== "forever" && (!Number.isInteger(keepAuditDays) || keepAuditDays < 1))
    throw wrong('Set `keepAuditDays` to a whole number of days, 1 or more, or to "forever"');
  for (const name of ["passwordGrant", "demo"] as const)
    if (!["boolean", "undefined"].includes(typeof options[name])) throw wrong(`Set \`${name}\` to true or false`);
  if (process.env["NODE_ENV"] !== "production") return;
  if (options.demo === true) throw wrong("Remove `demo`: it is refused if NODE_ENV is production");
  if (isLogMail(mail)) throw wrong("Set `mail` to smtpMail(…): logMail(…) is refused if NODE_ENV is production");
}

function* noWork(): Work<void> {}

function readKeys(key: IdentityOptions["key"]): Settings["keys"] {
  const given: unknown = key instanceof Redacted ? [key] : key;
  const isKeys = Array.isArray(given) && given.every((each) => each instanceof Redacted);
  const [current, ...previous] = isKeys ? given.map(readKey) : [];
  if (current === undefined) throw wrong("Set `key` to new Redacted(IDENTITY_KEY): `lockstep-identity generate-key` makes one");
  return { current, previous };
}

function readKey(text: Redacted<string>): IdentityKey {
  try {
    return identityKey(text);
  } catch (error) {
    if (error instanceof WrongIdentityKey)
      throw wrong(`Make a key with \`lockstep-identity generate-key\`: IDENTITY_KEY ${error.message}`);
    throw error;
  }
}

/** Checks the issuer (RFC 8414 §2): https, no query and no fragment. An issuer on loopback may use http. */
export function checkIssuer(issuer: string): string {
  // Refuse white space and backslashes, which the parser would silently drop or change and which would end up in tokens and
  // links.
  const url = /^[!-[\]-~]+$/.test(issuer) && URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined || url.search !== "" || url.hash !== "" || url.username !== "" || issuer.endsWith("/")) {
    throw wrong("Set `issuer` to the URL of this service, without a slash at its end: https://login.example.com");
  }
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback))
    throw wrong("Set `issuer` to an https URL: only loopback may use http");
  return issuer;
}

function checkLifetimes(given: Partial<Lifetimes>): Lifetimes {
  const checked = Object.entries(lifetimes).map(([name, { min, max, otherwise }]) => {
    // Every name in the table is a name of Lifetimes.
    const seconds = given[name as keyof Lifetimes] ?? otherwise;
    if (!Number.isInteger(seconds) || seconds < min || seconds > max)
      throw wrong(`Set \`${name}\` to a whole number from ${min} to ${max}`);
    return [name, seconds];
  });
  // The table has every name of Lifetimes.
  return Object.fromEntries(checked);
}

function checkReuse({ refreshReuse = "within-window", lifetimes: given = {} }: IdentityOptions): RefreshReuse {
  if (refreshReuse === "within-window") return refreshReuse;
  if (refreshReuse !== "until-successor-is-used") throw wrong('Set `refreshReuse` to "within-window" or "until-successor-is-used"');
  if (given.refreshReuseWindowSeconds !== undefined)
    throw wrong('Remove `refreshReuseWindowSeconds`: there is no window if `refreshReuse` is "until-successor-is-used"');
  return refreshReuse;
}

function wrong(message: string): WrongIdentityOption {
  return new WrongIdentityOption(message);
}
