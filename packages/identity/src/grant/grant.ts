/** The parts that all grants of the token endpoint share: the request, the answer, and checks of grants and scopes. */
import { type Connection, type OAuthError, oauthError, type Redacted } from "lockstep";
import type { GrantName } from "../audit/event.ts";
import type { Client } from "../client/client.ts";
import type { ClientCounter } from "../client/client-authentication.ts";
import type { ClientRecord } from "../client/client-store.ts";
import type { Clients } from "../client/clients.ts";
import type { AccessTokens, IssuedToken } from "../issuer/access-tokens.ts";
import type { SignInThrottle } from "../password/sign-in.ts";
import type { Sessions } from "../session/sessions.ts";
import { accountScope } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import type { TokenRequest } from "./token-request.ts";

/** The services that the endpoints for tokens need. */
export interface TokenServices {
  readonly settings: Settings;
  readonly tokens: Pick<AccessTokens, "issue" | "verify" | "verifyFresh">;
  readonly sessions: Pick<Sessions, "start">;
  readonly clients: Pick<Clients, "find" | "findRecord">;
  readonly throttle: SignInThrottle & ClientCounter;
}

/** A request whose client was found and, if it is confidential, authenticated. */
export interface GrantRequest {
  readonly form: TokenRequest;
  /** The client; `undefined` for the service's own programs. */
  readonly client: ClientRecord | undefined;
  readonly connection: Connection;
  /** The device cookie, if the request has one. */
  readonly device: string | undefined;
}

/** The answer of the token endpoint (RFC 6749 §5.1). It contains credentials: it is sent once and not logged. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: "bearer";
  /** Seconds. */
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly scope: string;
}

/** Creates the answer with an issued token. */
export function tokenAnswer({ token, expiresInSeconds }: IssuedToken, scope: string, refreshToken?: Redacted<string>): TokenAnswer {
  const refresh = refreshToken === undefined ? {} : { refresh_token: refreshToken.reveal() };
  return { access_token: token, token_type: "bearer", expires_in: expiresInSeconds, ...refresh, scope };
}

/** Handles one grant type. @throws OAuthError if the grant is refused */
export type Grant = (request: GrantRequest, services: TokenServices) => Promise<TokenAnswer>;

/**
 * The `client_id` in tokens of the service's own programs, which name no client. RFC 9068 §2.2 requires one. No client can have
 * this id, because ids of clients have no underscore.
 */
export const ownProgramId = "first_party";

/** Returns the `client_id` for the tokens of a client. */
export function clientIdOf(client: Pick<Client, "id"> | undefined): string {
  return client?.id ?? ownProgramId;
}

/** Checks that a client may use a grant. @throws OAuthError `unauthorized_client` otherwise (RFC 6749 §5.2) */
export function checkGrantAllowed(client: Client | undefined, grant: GrantName): void {
  if (client !== undefined && !client.grants.includes(grant)) {
    throw oauthError("unauthorized_client", "The client may not use this grant.");
  }
}

/**
 * Returns the scopes to grant: those that were requested, or all that are allowed if none was requested.
 *
 * @throws OAuthError `invalid_scope` if a requested scope is not allowed
 */
export function grantedScope(asked: readonly string[], allowed: readonly string[]): string {
  if (asked.some((scope) => !allowed.includes(scope))) {
    throw oauthError("invalid_scope", "A requested scope is unknown or not allowed.");
  }
  return (asked.length === 0 ? allowed : asked).join(" ");
}

/**
 * Returns the scopes among `scopes` that exist and that the client, if there is one, may have. The service's own programs may
 * also administer the account.
 */
export function scopesFor(client: Client | undefined, scopes: readonly string[], settings: Settings): readonly string[] {
  const known = [...new Set(scopes)].filter((scope) => Object.hasOwn(settings.scopes, scope));
  return client === undefined ? [...known, accountScope] : known.filter((scope) => client.scopes.includes(scope));
}

/** The sentence that a client reads if a grant is refused. It is the same for all reasons: each would help an attacker. */
const refusals: Readonly<Record<GrantName, string>> = {
  password: "The user name or the password is wrong.",
  refresh_token: "The refresh token is unknown, used or expired, or belongs to another client.",
  client_credentials: "The client may not have a token in its own name.",
};

/** Reports why a grant was refused, and creates the error. For one grant, the error is the same for all reasons. */
export function refusedGrant(
  grant: GrantName,
  reason: string,
  { client, connection }: Pick<GrantRequest, "client" | "connection">,
  settings: Settings,
): OAuthError {
  const about = client === undefined ? {} : { client: client.id };
  settings.audit.report({ type: "token.refused", grant, reason, ...about }, connection);
  return oauthError("invalid_grant", refusals[grant]);
}
