/** The dependencies with which an application protects its routes: the caller, by each kind of credential. */
import {
  anyOf,
  apiKeyHeader,
  authenticate,
  authorize,
  deny,
  type Dependency,
  identified,
  type Identified,
  oauth2ClientCredentials,
  oauth2PasswordBearer,
  onlyScoped,
  type Scheme,
  scopes as requireScopes,
} from "lockstep";
import { type Claims, parseScope } from "lockstep/jwt";
import type { ApiKeys } from "../api-key/api-keys.ts";
import type { AccessTokens } from "../issuer/access-tokens.ts";
import {
  accountScope,
  accountScopes,
  type ApiClient,
  type Caller,
  type CallerFacts,
  type Service,
  type SignedInUser,
  subjectTypeOf,
  type User,
  type UserFacts,
} from "../principal/principal.ts";
import { sessionScheme } from "../session/session-cookie.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Settings } from "../settings.ts";
import { keyCaller } from "./api-key-caller.ts";
import { sessionUser } from "./session-user.ts";
import { type WithEmail, withEmailOver } from "./user-email.ts";

/** The schemes and dependencies of one identity. */
export interface Callers {
  readonly sessionScheme: ReturnType<typeof sessionScheme>;
  readonly currentUser: Dependency<User, UserFacts>;
  readonly freshUser: Dependency<User, UserFacts>;
  readonly signedInUser: Dependency<User, UserFacts>;
  /** The user who may administer their account: a browser's session, or a token of the service's own programs. */
  readonly holder: SignedInUser;
  readonly apiClient: Dependency<ApiClient, CallerFacts>;
  readonly service: Dependency<Service, CallerFacts | "authorized">;
  readonly withEmail: WithEmail;
}

/** The services that the dependencies need. */
export interface CallerServices {
  readonly settings: Settings;
  readonly tokens: AccessTokens;
  readonly sessions: Sessions;
  readonly apiKeys: ApiKeys;
}

/** Builds the schemes and dependencies. */
export function callers({ settings, tokens, sessions, apiKeys }: CallerServices): Callers {
  const { scopes } = settings;
  const flow = settings.passwordGrant ? oauth2PasswordBearer : oauth2ClientCredentials;
  const bearer = flow({ tokenUrl: "/auth/token", scopes: { ...scopes, ...accountScopes } });
  const cookie = sessionScheme(settings);
  const header = apiKeyScheme(settings);

  const token = authenticate({ bearer }, ({ bearer }) => {
    // Synchronous for a token that was verified before, so a synchronous route stays synchronous.
    const claims = tokens.verify(bearer);
    return claims instanceof Promise ? claims.then(callerOf) : callerOf(claims);
  });
  const freshToken = authenticate({ bearer }, async ({ bearer }) => callerOf(await tokens.verifyFresh(bearer)));
  const session = sessionUser(settings, sessions, cookie);
  const key = keyCaller({ apiKeys, settings }, header);
  // A key without scopes opens nothing: beside sign-ins, keys count only on routes that demand a scope.
  const scopedKey = onlyScoped(key);

  const user = authenticate({ caller: anyOf({ token, key: scopedKey, session }) }, ({ caller }): Caller => caller.value);
  const fresh = authenticate({ caller: anyOf({ freshToken, key: scopedKey, session }) }, ({ caller }): Caller => caller.value);
  const signedIn = authenticate({ caller: anyOf({ token, session }) }, ({ caller }): Caller => caller.value);
  // No API key has the scope `account`, so one that is valid is 403 instead of 401.
  const anyone = authenticate({ caller: anyOf({ token, key, session }) }, ({ caller }): Caller => caller.value);
  const machine = authenticate({ caller: anyOf({ key, token }) }, ({ caller }): Caller => caller.value);
  return {
    sessionScheme: cookie,
    currentUser: authorize({ user }, ({ user }) => (user.kind === "user" ? user : deny("not a user"))),
    freshUser: authorize({ fresh }, ({ fresh }) => (fresh.kind === "user" ? fresh : deny("not a user"))),
    signedInUser: authorize({ signedIn }, ({ signedIn }) => (signedIn.kind === "user" ? signedIn : deny("not a user"))),
    holder: requireScopes(
      authorize({ anyone }, ({ anyone }) => (anyone.kind === "user" ? anyone : deny("not a user"))),
      accountScope,
    ),
    apiClient: key,
    service: authorize({ machine }, ({ machine }) => (machine.kind === "service" ? machine : deny("not a service account"))),
    withEmail: withEmailOver(settings),
  };
}

/** The scheme of API keys. */
export function apiKeyScheme({ scopes }: Settings): Scheme<string, string> {
  const description = "An API key of a user or a service account.";
  return apiKeyHeader({ name: "X-API-Key", schemeName: "ApiKey", scopes, description });
}

/** Requests with the same token share its verified claims, and so also the caller made from them. */
const known = new WeakMap<Claims, Identified<Caller>>();

/** Returns the caller that verified claims describe, with the granted scopes. */
function callerOf(claims: Claims): Identified<Caller> {
  const found = known.get(claims) ?? identified(readCaller(claims), claims);
  known.set(claims, found);
  return found;
}

function readCaller(claims: Claims): Caller {
  const { sub, sid, scope = "", client_id, auth_time } = claims;
  const scopes = parseScope(scope) ?? [];
  // `AccessTokens` refuses a token that is of neither type.
  if (subjectTypeOf(claims) === "client") {
    return { kind: "service", id: sub, name: sub, credential: "token", scopes, keyId: undefined };
  }
  const authenticatedAt = typeof auth_time === "number" ? auth_time * 1000 : undefined;
  return {
    kind: "user",
    id: sub,
    credential: "token",
    scopes,
    sessionId: sid,
    clientId: client_id,
    keyId: undefined,
    authenticatedAt,
  };
}
