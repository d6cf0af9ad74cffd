/** The dependencies with which an application protects its routes, if an identity provider issues the tokens. */
import { anyOf, authenticate, authorize, deny, type Dependency, onlyScoped, type Scheme, scopes as requireScopes } from "lockstep";
import { dpop, type ProofReplays } from "lockstep/jwt";
import { type IdentityProvider, oidcBearer } from "lockstep/oidc";
import type { ApiKeys } from "../api-key/api-keys.ts";
import { keyCaller } from "../caller/api-key-caller.ts";
import { apiKeyScheme, type Callers } from "../caller/dependencies.ts";
import { withEmailOver } from "../caller/user-email.ts";
import { accountScope, accountScopes, type Service, type User, type UserFacts } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import { spend } from "../store/spent.ts";
import { providerCallerOf, type ProviderServices, type ProviderUser, providerUsers } from "./provider-user.ts";

/** The dependencies, and the user of a token alone. */
export interface ProviderCallers extends Omit<Callers, "sessionScheme"> {
  /** The user of a token, whatever its scopes are. */
  readonly tokenUser: ProviderUser;
}

/** The services that the dependencies need. */
export interface ProviderCallerServices extends ProviderServices {
  readonly apiKeys: ApiKeys;
}

/**
 * Builds the schemes and dependencies. API keys go on working. Cookies are not accepted: browsers send the provider's token. A
 * client of the provider has an account like a person, under its own kind; as a `service` it is named by its subject.
 */
export function providerCallers(services: ProviderCallerServices): ProviderCallers {
  const { settings, provider, apiKeys } = services;
  const { user: token, fresh: freshToken } = providerUsers(services, bearerOf(provider, settings));
  const key = keyCaller({ apiKeys, settings }, apiKeyScheme(settings));
  // A key without scopes opens nothing: beside tokens, keys count only on routes that demand a scope.
  const scopedKey = onlyScoped(key);
  const user = authenticate({ caller: anyOf({ token, key: scopedKey }) }, ({ caller }) => caller.value);
  const fresh = authenticate({ caller: anyOf({ freshToken, key: scopedKey }) }, ({ caller }) => caller.value);
  // No API key has the scope `account`, so one that is valid is 403 instead of 401.
  const anyone = authenticate({ caller: anyOf({ token, key }) }, ({ caller }) => caller.value);
  const machine = authenticate({ caller: anyOf({ key, token }) }, ({ caller }) => caller.value);
  return {
    tokenUser: token,
    currentUser: warned(authorize({ user }, ({ user }) => (user.kind === "user" ? user : deny("not a user")))),
    freshUser: warned(authorize({ fresh }, ({ fresh }) => (fresh.kind === "user" ? fresh : deny("not a user")))),
    signedInUser: warned(authorize({ token }, ({ token }) => token)),
    holder: requireScopes(
      warned(authorize({ anyone }, ({ anyone }) => (anyone.kind === "user" ? inPerson(anyone) : deny("not a user")))),
      accountScope,
    ),
    apiClient: key,
    service: authorize({ machine }, ({ machine }) =>
      machine.kind === "service" ? machine : machine.kind === "user" ? serviceOf(machine) : deny("not a service"),
    ),
    withEmail: withEmailOver(settings),
  };
}

/** Refuses somebody who acts as the user (RFC 8693 §4.1): a key that they make would stay when they have gone. */
function inPerson(user: User): User {
  return providerCallerOf(user)?.actor === undefined ? user : deny("acts as another user");
}

/** The service that a client's or a workload's own token speaks of. */
function serviceOf(user: User): Service {
  const caller = providerCallerOf(user);
  if (caller === undefined || caller.kind === "user") deny("not a service");
  const { id, scopes } = user;
  return { kind: "service", id, name: caller.subject, credential: "token", scopes, keyId: undefined };
}

/** The scheme of the provider's tokens. It declares the scopes of the application. */
function bearerOf({ tokens, dpop: wanted }: IdentityProvider, settings: Settings): Scheme<string, string> {
  const scheme = { issuer: tokens, schemeName: "Provider", scopes: { ...settings.scopes, ...accountScopes } };
  if (wanted === "off") return oidcBearer(scheme);
  const { issuer, clock } = settings;
  // Clients reach the API at the address of this service.
  const proofs = { replays: databaseReplays(settings), required: wanted === "required", clock };
  return oidcBearer({ ...scheme, senderConstraint: dpop({ ...proofs, baseUrls: [issuer] }) });
}

/** Proofs that were used, in the database of identity: all processes on it know of each. */
function databaseReplays({ database }: Settings): ProofReplays {
  return { spend: (id, expiresAtMs) => database.run(spend(["dpop_proof", id], expiresAtMs)) };
}

/**
 * The same dependency, with the types of embedded identity, so no application changes. They also warn of a cookie, which does not
 * come here; a warning too many opens nothing.
 */
function warned(user: Dependency<User, Exclude<UserFacts, "cookie">>): Dependency<User, UserFacts> {
  return user as unknown as Dependency<User, UserFacts>;
}
