/**
 * The password grant (RFC 6749 §4.3), for the service's own programs. It is a legacy grant: the program sees the password (RFC
 * 9700 §2.4), so it is off unless the service turns it on.
 */
import { oauthError } from "lockstep";
import { isClientKept, lockClient } from "../client/client-store.ts";
import { type SignedIn, signIn, SignInRefused } from "../password/sign-in.ts";
import { newSecret } from "../secret/opaque-token.ts";
import {
  checkGrantAllowed,
  clientIdOf,
  grantedScope,
  type GrantRequest,
  refusedGrant,
  scopesFor,
  type TokenAnswer,
  tokenAnswer,
  type TokenServices,
} from "./grant.ts";
import { insertRefreshToken } from "./refresh-token-store.ts";

/**
 * Signs a user in. Issues an access token, and a refresh token unless the client may not use one.
 *
 * @throws OAuthError `invalid_request`, `unauthorized_client`, `invalid_grant`, `invalid_scope`
 * @throws Problem 429 `too_many_requests`
 */
export async function passwordGrant(request: GrantRequest, services: TokenServices): Promise<TokenAnswer> {
  const { form, client, connection, device } = request;
  const { settings, throttle } = services;
  const { username, password } = form;
  checkGrantAllowed(client, "password");
  if (username === undefined || password === undefined) {
    throw oauthError("invalid_request", "Send username and password with the password grant.");
  }
  // Scopes that nobody may have are refused before they cost a hash.
  grantedScope(form.scopes, scopesFor(client, Object.keys(settings.scopes), settings));
  try {
    const signedIn = await signIn({ username, password, connection, device }, { settings, throttle });
    return await signedInAnswer(signedIn, request, services);
  } catch (error) {
    if (error instanceof SignInRefused) throw refusedGrant("password", "sign_in_refused", request, settings);
    throw error;
  }
}

async function signedInAnswer(
  { account, ...read }: SignedIn,
  request: GrantRequest,
  services: TokenServices,
): Promise<TokenAnswer> {
  const { form, client, connection } = request;
  const { settings, sessions, tokens } = services;
  const scope = grantedScope(form.scopes, scopesFor(client, settings.scopesOf(account), settings));
  // The client was read before the account. The token must fall under every revocation since the earlier of the two.
  const position = Math.min(read.position, client?.position ?? read.position);
  const refreshToken = client === undefined || client.grants.includes("refresh_token") ? newSecret() : undefined;
  const origin = { requestId: connection.requestId };
  const session = await settings.audit.recorded(settings.database, origin, function* (record) {
    if (client !== undefined) {
      yield* lockClient(client.id);
      if (!(yield* isClientKept(client.id, client.position))) throw new SignInRefused();
    }
    const { userAgent } = connection;
    const start = { account, position: read.position, kind: "tokens", clientId: client?.id, scope, userAgent } as const;
    const started = yield* sessions.start(start, record);
    if (refreshToken !== undefined) {
      yield* insertRefreshToken({ token: refreshToken, sessionId: started.id, sessionExpiresAt: started.expiresAt }, settings);
    }
    yield* record({ type: "token.issued", subject: account.id, grant: "password", client: clientIdOf(client) });
    return started;
  });
  const issued = await tokens.issue({
    sub: account.id,
    subType: "user",
    clientId: clientIdOf(client),
    scope,
    position,
    sessionId: session.id,
    authenticatedAt: session.authenticatedAt,
  });
  return tokenAnswer(issued, scope, refreshToken);
}
