/**
 * The refresh_token grant (RFC 6749 §6). Every refresh token can be used once, and is replaced by its successor.
 * `refresh-token-reuse.ts` decides about a token that is used again.
 */
import { oauthError, type Redacted } from "lockstep";
import type { Recorder } from "../audit/auditor.ts";
import { isSecretFormat } from "../secret/opaque-token.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
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
import { successorOf } from "./refresh-successor.ts";
import { presentAgain, type Rotation } from "./refresh-token-reuse.ts";
import { findRefreshToken, lockFamily, type RefreshTokenRecord, spendRefreshToken } from "./refresh-token-store.ts";

/**
 * Exchanges an unspent refresh token for an access token and the next refresh token.
 *
 * @throws OAuthError `invalid_request`, `unauthorized_client`, `invalid_grant`, `invalid_scope`
 */
export async function refreshTokenGrant(request: GrantRequest, services: TokenServices): Promise<TokenAnswer> {
  const { form, client, connection } = request;
  const { settings, tokens } = services;
  const { audit, database } = settings;
  const token = form.refreshToken;
  checkGrantAllowed(client, "refresh_token");
  if (token === undefined) throw oauthError("invalid_request", "Send refresh_token with the refresh_token grant.");
  const refused = (reason: string): Error => refusedGrant("refresh_token", reason, request, settings);
  if (!isSecretFormat(token.reveal())) throw refused("malformed");
  const found = await database.run(findRefreshToken(token));
  if (found === undefined) throw refused("unknown");
  // Another client's token is refused and not changed: only its own client can end its family.
  if (found.clientId !== client?.id) throw refused("another_client");
  // Check the scopes first, so a request for too many does not spend the token.
  const scope = grantedScope(form.scopes, refreshableScopes(found, request, settings));
  const clientId = client?.id;
  const rotation = await audit.recorded(database, { requestId: connection.requestId }, (record) => {
    return rotate({ token, found, clientId }, record, settings);
  });
  if (rotation.successor === undefined) throw refused(rotation.reason);
  const { account, sessionId, authenticatedAt } = found;
  // The token must fall under every revocation since the client or the refresh token was read, whichever was earlier.
  const position = Math.min(found.position, client?.position ?? found.position);
  const about = { subType: "user", clientId: clientIdOf(client), scope, sessionId, authenticatedAt } as const;
  const issued = await tokens.issue({ sub: account.id, ...about, position });
  audit.report({ type: "token.issued", subject: account.id, grant: "refresh_token", client: clientIdOf(client) }, connection);
  return tokenAnswer(issued, scope, rotation.successor);
}

/** Returns the scopes of the sign-in that the account and the client may still have. */
function refreshableScopes(
  { scope, account }: RefreshTokenRecord,
  { client }: GrantRequest,
  settings: Settings,
): readonly string[] {
  const allowed = scopesFor(client, settings.scopesOf(account), settings);
  return scope.split(" ").filter((each) => allowed.includes(each));
}

interface Presented {
  readonly token: Redacted<string>;
  readonly found: RefreshTokenRecord;
  readonly clientId: string | undefined;
}

/** Spends the token, returns the same successor again, or ends the family, in one transaction. */
function* rotate({ token, found, clientId }: Presented, record: Recorder, settings: Settings): Work<Rotation> {
  const successor = successorOf(token, settings.keys.current);
  const { sessionId, sessionExpiresAt } = found;
  if (yield* spendRefreshToken({ token, successor, clientId, sessionExpiresAt }, settings)) return { successor };
  yield* lockFamily(sessionId);
  // Read it again: another request may have spent it since it was found.
  const state = yield* findRefreshToken(token);
  return state === undefined ? { successor: undefined, reason: "unknown" } : yield* presentAgain(token, state, record, settings);
}
