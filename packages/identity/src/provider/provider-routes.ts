/** The routes that are left if an identity provider issues the tokens: signing out, one's own account and API keys. */
import { anyScope, authorize, connection, del, optional, post, reply, type Route, stepUp } from "lockstep";
import { ownAccountRoutes } from "../account/account-routes.ts";
import type { OwnAccountServices } from "../account/account-services.ts";
import { apiKeyRoutes } from "../api-key/api-key-routes.ts";
import type { ApiKeys } from "../api-key/api-keys.ts";
import type { User } from "../principal/principal.ts";
import { lastForeignTokenOver } from "../revocation/provider-lifetime.ts";
import { foreignKey, revoke, type RevocationKind } from "../revocation/revocation-log.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Settings } from "../settings.ts";
import { providerCallerOf, type ProviderUser } from "./provider-user.ts";

/** The services that the routes need. */
export interface ProviderRouteServices extends OwnAccountServices {
  readonly apiKeys: ApiKeys;
  readonly sessions: Sessions;
  /** The user of a token, whatever its scopes are. */
  readonly tokenUser: ProviderUser;
}

const tags = ["Sessions"];
const reason = "ending one's own sign-in needs no scope";

/**
 * Builds the routes under `/auth`. Signing in, passwords and addresses are the provider's, so a sign-in that is too old is
 * answered with a challenge that the client takes to the provider (RFC 9470).
 */
export function providerRoutes(services: ProviderRouteServices): Route[] {
  const { holder, settings } = services;
  const maxAgeSeconds = Math.max(1, settings.lifetimes.recentSignInSeconds);
  // Without tolerance: the routes below compare the same time once more.
  const recentHolder = stepUp(holder, { maxAgeSeconds, clockToleranceSeconds: 0 });
  return [
    ...signOutRoutes(services),
    ...ownAccountRoutes({ ...services, recentHolder }),
    ...apiKeyRoutes({ ...services, recentHolder }),
  ];
}

function signOutRoutes({ settings, sessions, tokenUser }: ProviderRouteServices): Route[] {
  const origin = connection();
  const user = anyScope(
    authorize({ tokenUser }, ({ tokenUser }) => tokenUser),
    reason,
  );
  return [
    post(
      "/auth/logout",
      {
        public: "signing out: a caller without a credential is signed out already",
        summary: "Sign out",
        description:
          "This API refuses the token, and the others of its session at the provider, from now on. The session at the provider goes on.",
        tags,
        deps: { user: optional(user), origin },
        status: 204,
      },
      async ({ user, origin: { requestId } }) => {
        if (user !== undefined) await endToken(user, requestId, settings);
        return reply(204, undefined);
      },
    ),
    del(
      "/auth/sessions",
      {
        summary: "Sign out everywhere",
        description: "This API refuses every token that the account has got until now, and its API keys.",
        tags,
        deps: { user, origin },
        status: 204,
      },
      async ({ user, origin: { requestId } }) => {
        await sessions.end({ accountId: user.id }, "signed_out_everywhere", { requestId });
        await endToken(user, requestId, settings);
        return reply(204, undefined);
      },
    ),
  ];
}

/**
 * Revokes the token of a user, and the other tokens of its session that were issued until now. A token that names neither itself
 * nor a session is revoked with all others of the account.
 */
async function endToken(user: User, requestId: string, settings: Settings): Promise<void> {
  const { audit, clock, database } = settings;
  const { claims } = providerCallerOf(user) ?? {};
  if (claims === undefined) throw new TypeError("The user of a token has no claims");
  const { iss, sid, jti, client_id } = claims;
  const keys: (readonly [RevocationKind, string])[] = [];
  if (sid !== undefined) keys.push(["session", foreignKey(iss, sid)]);
  if (jti !== undefined) keys.push(["jti", foreignKey(iss, jti)]);
  if (keys.length === 0) keys.push(["subject", user.id]);
  await audit.recorded(database, { requestId }, function* (record) {
    // The provider's clock may be ahead. A token is judged by the second in which it was issued.
    const at = Math.max(clock(), claims.iat * 1000);
    const expiresAt = yield* lastForeignTokenOver(settings, at);
    for (const [kind, key] of keys) yield* revoke({ kind, key, at, expiresAt });
    yield* record({ type: "token.revoked", subject: user.id, ...(client_id === undefined ? {} : { client: client_id }) });
  });
}
