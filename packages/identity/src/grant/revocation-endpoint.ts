/**
 * `POST /auth/revoke` (RFC 7009): anyone who has a token may revoke it. A refresh token ends its family and the access tokens
 * issued for it; an access token ends alone. Every answer that is not an error of the client is an empty 200 (§2.2).
 */
import { InvalidCredential, optional, post, type Redacted, reply, type Reply, type Route } from "lockstep";
import type { Claims } from "lockstep/jwt";
import type { EventOrigin } from "../audit/auditor.ts";
import type { Client } from "../client/client.ts";
import { authenticateClient } from "../client/client-authentication.ts";
import { clientBasicScheme } from "../client/client-dependency.ts";
import { lastTokenOver, revoke } from "../revocation/revocation-log.ts";
import { isSecretFormat } from "../secret/opaque-token.ts";
import { endSessions } from "../lineage/end-sessions.ts";
import { clientConnection } from "../throttle/client-connection.ts";
import { clientIdOf, type TokenServices } from "./grant.ts";
import { maxFormBytes, uncached } from "./oauth-form.ts";
import { findRefreshToken } from "./refresh-token-store.ts";
import { tokenForm } from "./token-form.ts";

/** Creates the revocation endpoint. A confidential client must authenticate. Others only have to present the token. */
export function revocationEndpoint(services: TokenServices): Route {
  return post(
    "/auth/revoke",
    {
      public: "anyone who has a token may revoke it: the credential is in the form",
      summary: "Revoke a token",
      tags: ["OAuth"],
      errors: "oauth",
      maxBodyBytes: maxFormBytes,
      responses: { 200: null },
      problems: { 400: "The request is malformed.", 401: "The client is not authenticated.", 429: "Too many attempts." },
      deps: { basic: optional(clientBasicScheme), connection: clientConnection(services.settings), form: tokenForm },
    },
    async ({ basic, connection, form }): Promise<Reply<undefined, 200>> => {
      const client = await authenticateClient({ basic, ...form.client }, connection, services);
      // The hint only says where to look first (§2.1). The form of a token shows its kind.
      const end = isSecretFormat(form.token.reveal()) ? endFamily : endAccessToken;
      await end(form.token, client, { requestId: connection.requestId }, services);
      return reply(200, undefined, { headers: uncached });
    },
  );
}

type End = (token: Redacted<string>, client: Client | undefined, origin: EventOrigin, services: TokenServices) => Promise<void>;

/** Ends the family of a refresh token of this client, even if the token is spent. */
const endFamily: End = async (token, client, origin, { settings }) => {
  const { audit, database } = settings;
  const found = await database.run(findRefreshToken(token));
  // Another client's token is not changed.
  if (found === undefined || found.clientId !== client?.id) return;
  await audit.recorded(database, origin, function* (record) {
    const ended = yield* endSessions({ id: found.sessionId }, "token_revoked", record, settings);
    if (ended.length > 0) yield* record({ type: "token.revoked", subject: found.account.id, client: clientIdOf(client) });
  });
};

/** Revokes an access token of this client. */
const endAccessToken: End = async (token, client, origin, { settings, tokens }) => {
  const { audit, clock, database } = settings;
  const claims = await verified(token, tokens);
  const { sub, jti, client_id } = claims ?? {};
  if (sub === undefined || jti === undefined || client_id !== clientIdOf(client)) return;
  await audit.recorded(database, origin, function* (record) {
    const at = clock();
    yield* revoke({ kind: "jti", key: jti, at, expiresAt: lastTokenOver(settings, at) });
    yield* record({ type: "token.revoked", subject: sub, client: client_id });
  });
};

/** Returns the claims of a valid token; `undefined` for any other, which needs no revoking. */
async function verified(token: Redacted<string>, tokens: TokenServices["tokens"]): Promise<Claims | undefined> {
  try {
    return await tokens.verify(token);
  } catch (error) {
    if (error instanceof InvalidCredential) return undefined;
    throw error;
  }
}
