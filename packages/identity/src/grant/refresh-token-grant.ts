/**
 * The refresh_token grant (RFC 6749 §6). Every refresh token can be used once, and is replaced by its successor. If it is used
 * again, it was stolen from the client or by it, and its family ends (RFC 9700 §4.14.2). The exception is a short window in which
 * two tabs may share a token: within it, the same successor is returned again.
 */
import { oauthError, type Redacted } from "lockstep";
import type { Recorder } from "../audit/auditor.ts";
import { isSecretFormat } from "../secret/opaque-token.ts";
import { endSessions } from "../lineage/end-sessions.ts";
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
import { findSuccessor, successorOf } from "./refresh-successor.ts";
import { findRefreshToken, insertRefreshToken, type RefreshTokenRecord, spendRefreshToken } from "./refresh-token-store.ts";

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

type Rotation = { readonly successor: Redacted<string> } | { readonly successor: undefined; readonly reason: string };

interface Presented {
  readonly token: Redacted<string>;
  readonly found: RefreshTokenRecord;
  readonly clientId: string | undefined;
}

/** Spends the token, returns the same successor again, or ends the family, in one transaction. */
function* rotate({ token, found, clientId }: Presented, record: Recorder, settings: Settings): Work<Rotation> {
  const now = settings.clock();
  const successor = successorOf(token, settings.keys.current);
  if (yield* spendRefreshToken({ token, successor, clientId, now })) {
    const { sessionId, sessionExpiresAt } = found;
    yield* insertRefreshToken({ token: successor, sessionId, sessionExpiresAt }, settings);
    return { successor };
  }
  // Read it again: another request may have spent it since it was found.
  const state = yield* findRefreshToken(token);
  if (state === undefined) return { successor: undefined, reason: "unknown" };
  const over = whyOver(state, now);
  if (over !== undefined) return { successor: undefined, reason: over };
  const same = isWithinWindow(state, now, settings) ? findSuccessor(token, state.successorHash, settings.keys) : undefined;
  return same === undefined ? yield* endReused(state, record, settings) : { successor: same };
}

/** Returns why a token would be refused even if it were unspent, or `undefined`. */
function whyOver(
  { spentAt, expiresAt, sessionEndedAt, sessionExpiresAt, account }: RefreshTokenRecord,
  now: number,
): string | undefined {
  if (sessionEndedAt !== undefined) return "ended";
  if (account.disabledAt !== undefined) return "account_disabled";
  if (sessionExpiresAt <= now || (spentAt === undefined && expiresAt <= now)) return "expired";
  return undefined;
}

/** Whether the successor may be returned again. With a window of 0 it never may, whatever the clocks of other nodes say. */
function isWithinWindow({ spentAt, isSuccessorUnspent }: RefreshTokenRecord, now: number, { lifetimes }: Settings): boolean {
  const windowMs = lifetimes.refreshReuseWindowSeconds * 1000;
  return windowMs > 0 && spentAt !== undefined && now < spentAt + windowMs && isSuccessorUnspent;
}

function* endReused({ sessionId, clientId, account }: RefreshTokenRecord, record: Recorder, settings: Settings): Work<Rotation> {
  const ended = yield* endSessions({ id: sessionId }, "token_reused", record, settings);
  if (ended.length > 0) {
    const client = clientId === undefined ? {} : { client: clientId };
    yield* record({ type: "refresh.reuse", subject: account.id, session: sessionId, ...client });
  }
  return { successor: undefined, reason: "reused" };
}
