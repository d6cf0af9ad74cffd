/** What every grant of the token endpoint is given, and what it gives. */
import { type Connection, type OAuthError, oauthError, type Redacted } from "lockstep";
import type { GrantName } from "../audit/event.ts";
import type { Client } from "../client/client.ts";
import type { ClientCounter } from "../client/client-authentication.ts";
import type { ClientRecord } from "../client/client-store.ts";
import type { Clients } from "../client/clients.ts";
import type { AccessTokens, IssuedToken } from "../issuer/access-tokens.ts";
import type { SignInThrottle } from "../password/sign-in.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Settings } from "../settings.ts";
import type { TokenRequest } from "./token-request.ts";

/** What the endpoints of `/auth` for tokens work with. */
export interface TokenServices {
  readonly settings: Settings;
  readonly tokens: Pick<AccessTokens, "issue" | "verify" | "verifyFresh">;
  readonly sessions: Pick<Sessions, "start">;
  readonly clients: Pick<Clients, "find" | "findRecord">;
  readonly throttle: SignInThrottle & ClientCounter;
}

/** A request whose client is known. */
export interface GrantRequest {
  readonly form: TokenRequest;
  /** The client, authenticated if it is confidential; none for the service's own programs. */
  readonly client: ClientRecord | undefined;
  readonly connection: Connection;
  /** The device cookie, if one came. */
  readonly device: string | undefined;
}

/** What the token endpoint answers (RFC 6749 §5.1). It holds credentials: it is sent once and not logged. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: "bearer";
  /** Seconds. */
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly scope: string;
}

/** The answer with a token that was issued. */
export function tokenAnswer({ token, expiresInSeconds }: IssuedToken, scope: string, refreshToken?: Redacted<string>): TokenAnswer {
  const refresh = refreshToken === undefined ? {} : { refresh_token: refreshToken.reveal() };
  return { access_token: token, token_type: "bearer", expires_in: expiresInSeconds, ...refresh, scope };
}

/** A grant at work. @throws OAuthError for what is not granted */
export type Grant = (request: GrantRequest, services: TokenServices) => Promise<TokenAnswer>;

/**
 * `client_id` in the tokens of the service's own programs, which name no client (RFC 9068 §2.2 demands one). No client can have
 * it: their ids hold no underscore.
 */
export const ownProgramId = "first_party";

/** The `client_id` of a token for this client. */
export function clientIdOf(client: Pick<Client, "id"> | undefined): string {
  return client?.id ?? ownProgramId;
}

/** @throws OAuthError `unauthorized_client` where the client may not use the grant (RFC 6749 §5.2) */
export function checkGrantAllowed(client: Client | undefined, grant: GrantName): void {
  if (client !== undefined && !client.grants.includes(grant)) {
    throw oauthError("unauthorized_client", "The client is not allowed this grant.");
  }
}

/**
 * The scopes to grant: those asked for, or all that are allowed where none is asked for.
 *
 * @throws OAuthError `invalid_scope` where one that is asked for is not allowed
 */
export function grantedScope(asked: readonly string[], allowed: readonly string[]): string {
  if (asked.some((scope) => !allowed.includes(scope))) {
    throw oauthError("invalid_scope", "A scope that is asked for is unknown, or is not allowed here.");
  }
  return (asked.length === 0 ? allowed : asked).join(" ");
}

/** The scopes among `scopes` that exist and that the client, if there is one, may have. */
export function scopesFor(client: Client | undefined, scopes: readonly string[], settings: Settings): readonly string[] {
  const known = [...new Set(scopes)].filter((scope) => Object.hasOwn(settings.scopes, scope));
  return client === undefined ? known : known.filter((scope) => client.scopes.includes(scope));
}

/** Reports why a grant was refused, and gives the one answer for all of these reasons. */
export function refusedGrant(
  grant: GrantName,
  reason: string,
  { client, connection }: Pick<GrantRequest, "client" | "connection">,
  settings: Settings,
): OAuthError {
  const about = client === undefined ? {} : { client: client.id };
  settings.audit.report({ type: "token.refused", grant, reason, ...about }, { requestId: connection.requestId });
  const description =
    grant === "password"
      ? "The user name or the password is wrong."
      : "The refresh token is unknown, used, over, or another client's.";
  return oauthError("invalid_grant", description);
}
