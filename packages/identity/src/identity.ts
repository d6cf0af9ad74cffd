/** `identity()`: a service that issues, stores and ends credentials, with routes to include and dependencies to use. */
import { anyScope, type Cookie, type Dependency, type Fact, type Route } from "lockstep";
import { accountRoutes } from "./account/account-routes.ts";
import { updatePasswordCosts } from "./account-table/password-cost.ts";
import { Accounts } from "./account/accounts.ts";
import { Subjects } from "./account/subjects.ts";
import { removeExpiredLinks } from "./account/link-store.ts";
import { accountAdminRoutes, invitationRoute } from "./admin/account-admin-routes.ts";
import { administrator, type RuleCheck, type RuleSubject } from "./admin/administrator.ts";
import { apiKeyRoutes } from "./api-key/api-key-routes.ts";
import { removeEndedApiKeys } from "./api-key/api-key-store.ts";
import { ApiKeys } from "./api-key/api-keys.ts";
import { type AdministratorDependency, serviceAccountRoutes } from "./api-key/service-account-routes.ts";
import { removeOldEvents } from "./audit/chain.ts";
import { ChainSealer } from "./audit/chain-sealer.ts";
import { callers, type Callers } from "./caller/dependencies.ts";
import type { AuthenticatedCheck } from "./caller/user-email.ts";
import { Clients } from "./client/clients.ts";
import { introspectionEndpoint } from "./grant/introspection-endpoint.ts";
import { removeExpiredRefreshTokens } from "./grant/refresh-token-store.ts";
import { revocationEndpoint } from "./grant/revocation-endpoint.ts";
import { tokenEndpoint } from "./grant/token-endpoint.ts";
import { AccessTokens } from "./issuer/access-tokens.ts";
import { claimIssuer } from "./issuer/database-issuer.ts";
import { issuerRoutes } from "./issuer/issuer-routes.ts";
import { removeSigningKeys } from "./issuer/signing-key-store.ts";
import { Outbox } from "./mail/outbox.ts";
import { type IdentityOptions, settingsOf } from "./options.ts";
import { checkNode } from "./password/password-hash.ts";
import type { ApiClient, CallerFacts, Service, User, UserFacts, UserWithEmail } from "./principal/principal.ts";
import { providerCallers } from "./provider/provider-callers.ts";
import { providerRoutes } from "./provider/provider-routes.ts";
import { accountEvents } from "./provider/account-events.ts";
import { type ProviderEvents, providerEvents, type ProviderEventsOptions } from "./provider-event/provider-events.ts";
import { saveProvider } from "./revocation/provider-lifetime.ts";
import { withOwnRevocations } from "./revocation/own-revocations.ts";
import { RevocationFeed } from "./revocation/revocation-feed.ts";
import { removeExpiredRevocations } from "./revocation/revocation-log.ts";
import { sessionCookie } from "./session/session-cookie.ts";
import { sessionRoutes } from "./session/session-routes.ts";
import { removeExpiredSessions } from "./session/session-store.ts";
import { Sessions } from "./session/sessions.ts";
import type { Settings } from "./settings.ts";
import { Housekeeping, type Removal } from "./store/housekeeping.ts";
import { migrate } from "./store/migration.ts";
import { identitySchema } from "./store/schema.ts";
import { removeSpent } from "./store/spent.ts";
import { removeCounters } from "./throttle/counters.ts";
import { Throttle } from "./throttle/throttle.ts";

/** An identity service that runs in this process. */
export interface Identity<Sc extends string> {
  /** The URL of this service, as in the options. */
  readonly issuer: string;
  /** The routes under `/auth` and `/.well-known`, to include in `createApi({ routes })`. */
  readonly routes: readonly Route[];
  /**
   * A user who is calling with an access token, the cookie of a session, or an API key. A key counts only on routes that demand a
   * scope.
   */
  readonly currentUser: Dependency<User, UserFacts<Sc>>;
  /**
   * The same, but an access token is also looked up in the database, so one that was revoked is refused even if this node has not
   * heard of it yet.
   */
  readonly freshUser: Dependency<User, UserFacts<Sc>>;
  /** A user who signed in, with an access token or a session. API keys are not accepted. */
  readonly signedInUser: Dependency<User, UserFacts<Sc>>;
  /** The owner of an API key: a user or a service account. */
  readonly apiClient: Dependency<ApiClient, CallerFacts<Sc>>;
  /** A service account, with an API key or a token of the client credentials grant. */
  readonly service: Dependency<Service, CallerFacts<Sc> | "authorized">;
  /**
   * Adds `verifiedEmail` to a user of `currentUser`, `freshUser` or `signedInUser`: the address of the account, or `undefined` if
   * nobody has confirmed it. It is read from the database, with the session or the API key, or by one statement for a token. A
   * user whose account was disabled or deleted in the meantime is answered with 403.
   *
   * @throws BuildError `wrong_dependency` for a dependency that does not authenticate
   * @example
   * ```ts
   * const reader = scopes(auth.withEmail(auth.currentUser), "notes:read");
   * get("/hello", { deps: { user: reader } }, ({ user }) => `Hello ${user.verifiedEmail ?? user.id}`);
   * ```
   */
  withEmail<F extends Fact>(user: Dependency<User, F> & AuthenticatedCheck<F>): Dependency<UserWithEmail, F | "authorized">;
  readonly accounts: Accounts;
  /** The subjects of an identity provider that accounts have. */
  readonly subjects: Subjects;
  readonly clients: Clients;
  readonly apiKeys: ApiKeys;
  readonly sessions: Sessions;
  /**
   * Creates the routes for administrators, who manage accounts and service accounts. The rule decides who is an administrator. It
   * declares that it reaches any object, asks for a scope, and returns the administrator with the id of their account:
   * `scopes(role.require("admin"), "example:admin")`.
   *
   * @throws BuildError `wrong_dependency` for a rule that does not reach any object, `scopes_unasked` for one that asks for no
   * scope
   */
  adminRoutes<F extends Fact>(rule: Dependency<RuleSubject, F> & RuleCheck<F>): readonly Route[];
  /** Writes the data that is still in memory and stops all background work. The database stays open. */
  close(): Promise<void>;
}

/**
 * Opens an identity service on a database. It brings its tables up to date, creates the first signing key, and follows the
 * revocation log.
 *
 * @throws WrongIdentityOption for an option that is missing or wrong
 * @throws WrongIssuer if the database belongs to another issuer: a process that started on it before had another `issuer`
 * @throws SchemaTooNew if a newer version of the package has migrated the database
 * @throws Unavailable while the database is away
 * @throws Error on a Node older than 24.7
 * @example
 * ```ts
 * const auth = await identity({
 *   database: openSqlite("data/app.db"), issuer: "https://api.example.com", audience: "example",
 *   key: new Redacted(process.env["IDENTITY_KEY"] ?? ""), scopes: { "notes:read": "Read notes" }, mail: smtpMail({ … }),
 * });
 * export const api = createApi({ title: "Example", version: "1", routes: [...auth.routes, …] });
 * ```
 */
export async function identity<const Sc extends string>(options: IdentityOptions<Sc>): Promise<Identity<Sc>> {
  checkNode();
  const base = settingsOf(options);
  // It uses the database without `withOwnRevocations`, because it only counts and revokes nothing.
  const throttle = new Throttle(base, options.throttle);
  await migrate(base.database, identitySchema);
  await claimIssuer(base);
  await base.database.transaction(updatePasswordCosts);
  const { provider } = options;
  if (provider !== undefined) await base.database.transaction(() => saveProvider(provider));
  const foreignIssuers = [...(options.revocation?.foreignIssuers ?? []), ...(provider?.issuers ?? [])];
  const feed = await RevocationFeed.open(base, { ...options.revocation, foreignIssuers });
  const settings = { ...base, database: withOwnRevocations(base.database, feed) };
  const outbox = new Outbox(settings);
  const services = {
    settings,
    throttle,
    accounts: new Accounts(settings),
    subjects: new Subjects(settings),
    clients: new Clients(settings),
    sessions: new Sessions(settings),
    apiKeys: new ApiKeys(settings, throttle.keys, { outbox }),
    outbox,
    links: options.links,
  };
  const parts = await withEvents(partsOf(services, options, feed), { settings, feed }, options).catch(async (error: unknown) => {
    await feed.close();
    throw error;
  });
  const housekeeping = new Housekeeping(settings, removalsOf(options, settings));
  return assemble<Sc>(services, parts, { feed, housekeeping, sealer: new ChainSealer(base) });
}

/** The removals of expired data. */
function removalsOf({ keepAuditDays = 90 }: IdentityOptions, { keys }: Settings): readonly Removal[] {
  if (keepAuditDays === "forever") return removals;
  return [...removals, (now, limit) => removeOldEvents({ before: now - keepAuditDays * dayMs, now }, limit, keys)];
}

const dayMs = 86_400_000;

const removals: readonly Removal[] = [
  removeExpiredLinks,
  removeExpiredRefreshTokens,
  removeExpiredSessions,
  removeSpent,
  removeExpiredRevocations,
  removeEndedApiKeys,
  removeCounters,
  removeSigningKeys,
];

interface Services {
  readonly settings: Settings;
  readonly throttle: Throttle;
  readonly accounts: Accounts;
  readonly subjects: Subjects;
  readonly clients: Clients;
  readonly sessions: Sessions;
  readonly apiKeys: ApiKeys;
  readonly outbox: Outbox;
  readonly links: IdentityOptions["links"];
}

interface Background {
  readonly feed: RevocationFeed;
  readonly housekeeping: Housekeeping;
  readonly sealer: ChainSealer;
}

/** The parts that depend on who issues the tokens: this service, or a provider. */
interface Parts {
  readonly dependencies: Omit<Callers, "sessionScheme" | "holder">;
  readonly routes: readonly Route[];
  /** The routes for administrators beside those that both have. */
  readonly adminRoutes: (admin: AdministratorDependency) => readonly Route[];
  readonly close: () => Promise<void>;
}

async function partsOf(services: Services, { provider, signingKeys }: IdentityOptions, feed: RevocationFeed): Promise<Parts> {
  if (provider === undefined) return ownParts(services, await AccessTokens.open(services.settings, feed, signingKeys));
  const { holder, tokenUser, ...dependencies } = providerCallers({ ...services, provider, feed });
  return {
    dependencies,
    routes: providerRoutes({ ...services, holder, tokenUser }),
    adminRoutes: () => [],
    close: async () => {},
  };
}

/** Adds the routes for the events of providers, if some are received. */
async function withEvents(
  opening: Promise<Parts>,
  services: { readonly settings: Settings; readonly feed: RevocationFeed },
  { provider, providerEvents: given }: IdentityOptions,
): Promise<Parts> {
  const parts = await opening;
  const received = { ...provider?.events, ...given };
  if (Object.keys(received).length === 0) return parts;
  const lifetime = provider === undefined ? {} : { tokenLifetimeSeconds: provider.longestTokenSeconds };
  const onEvent = accountEvents(services.settings, given?.onEvent);
  const events = await openEvents(services, { ...lifetime, ...received, onEvent }, parts);
  return {
    ...parts,
    routes: [...parts.routes, ...events.routes],
    close: async () => {
      await Promise.all([events.close(), parts.close()]);
    },
  };
}

/** Opens the receivers; if an option is wrong, nothing of identity stays open. */
async function openEvents(
  services: { readonly settings: Settings; readonly feed: RevocationFeed },
  options: ProviderEventsOptions,
  parts: Parts,
): Promise<ProviderEvents> {
  try {
    return providerEvents(services, options);
  } catch (error) {
    await parts.close();
    throw error;
  }
}

function ownParts(services: Services, tokens: AccessTokens): Parts {
  const { sessionScheme, holder, ...dependencies } = callers({ ...services, tokens });
  const shared = { ...services, tokens, holder, scheme: sessionScheme };
  return {
    dependencies,
    routes: [
      tokenEndpoint(shared),
      revocationEndpoint(shared),
      introspectionEndpoint(shared),
      ...sessionRoutes(shared),
      ...accountRoutes({ ...shared, rotateSession: (user) => rotatedCookie(user, services) }),
      ...apiKeyRoutes(shared),
      ...issuerRoutes(shared),
    ],
    adminRoutes: (admin) => [invitationRoute({ ...services, admin })],
    close: () => tokens.close(),
  };
}

function assemble<Sc extends string>(services: Services, parts: Parts, background: Background): Identity<Sc> {
  const { accounts, subjects, clients, sessions, apiKeys, outbox } = services;
  const { feed, housekeeping, sealer } = background;
  const { dependencies } = parts;
  const signedIn = anyScope(dependencies.signedInUser, "the rule for administrators asks for a scope");
  return Object.freeze({
    issuer: services.settings.issuer,
    // The scopes of the dependencies are those of the options. `Settings` knows them only as texts.
    ...(dependencies as unknown as Pick<Identity<Sc>, keyof typeof dependencies>),
    routes: parts.routes,
    accounts,
    subjects,
    clients,
    sessions,
    apiKeys,
    adminRoutes: <F extends Fact>(rule: Dependency<RuleSubject, F> & RuleCheck<F>) => {
      const admin = administrator(rule, signedIn);
      const shared = { ...services, admin };
      return [...accountAdminRoutes(shared), ...parts.adminRoutes(admin), ...serviceAccountRoutes(shared)];
    },
    close: async () => {
      await Promise.all([outbox.idle(), housekeeping.close(), apiKeys.close(), sessions.close(), parts.close()]);
      // The events that were recorded until now are chained, too.
      await sealer.close();
      await feed.close();
    },
  });
}

/** Returns the cookie with a new secret for the browser session of a user; `undefined` if they use none. */
async function rotatedCookie({ sessionId, credential }: User, { sessions, settings }: Services): Promise<Cookie | undefined> {
  if (credential !== "session" || sessionId === undefined) return undefined;
  const secret = await sessions.rotate(sessionId);
  return secret && sessionCookie(settings, secret);
}
