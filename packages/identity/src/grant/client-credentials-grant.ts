/**
 * The client_credentials grant (RFC 6749 §4.4): a service account gets a token in its own name. There is no refresh token
 * (§4.4.3).
 */
import { isConfidential } from "../client/client.ts";
import { invalidClient } from "../client/client-authentication.ts";
import {
  checkGrantAllowed,
  grantedScope,
  type GrantRequest,
  scopesFor,
  type TokenAnswer,
  tokenAnswer,
  type TokenServices,
} from "./grant.ts";

/**
 * Issues an access token to a client. Its `sub` and its `client_id` are the client's id (RFC 9068 §2.2), and its `sub_type` is
 * `client`, so no account is mistaken for it.
 *
 * @throws OAuthError `invalid_client` without an authenticated client, `unauthorized_client`, `invalid_scope`
 */
export async function clientCredentialsGrant(
  { form, client, connection }: GrantRequest,
  services: TokenServices,
): Promise<TokenAnswer> {
  const { settings, tokens } = services;
  if (client === undefined || !isConfidential(client)) throw invalidClient();
  checkGrantAllowed(client, "client_credentials");
  const scope = grantedScope(form.scopes, scopesFor(client, client.scopes, settings));
  const { id, position } = client;
  const issued = await tokens.issue({ sub: id, subType: "client", clientId: id, scope, position });
  settings.audit.report({ type: "token.issued", subject: id, grant: "client_credentials", client: id }, connection);
  return tokenAnswer(issued, scope);
}
