/** Authenticated clients as dependencies, for routes that accept only clients. */
import {
  authenticate,
  type Dependency,
  httpBasic,
  identified,
  oauth2ClientCredentials,
  type BasicCredentials,
  type Redacted,
  type Scheme,
} from "lockstep";
import type { Claims } from "lockstep/jwt";
import { subjectTypeOf } from "../principal/principal.ts";
import { clientConnection } from "../throttle/client-connection.ts";
import type { Client } from "./client.ts";
import { authenticateClient, type ClientAuthenticationServices, clientRealm } from "./client-authentication.ts";

/** A client that has authenticated. */
export type AuthenticatedClient = Dependency<Client, "credential" | "authenticated" | "scoped">;

/** A client's id and secret in HTTP Basic. It is one object, so every route documents the same scheme. */
export const clientBasicScheme: Scheme<BasicCredentials> = httpBasic({
  schemeName: "ClientBasic",
  realm: clientRealm,
  // Swagger UI and other programs send empty credentials if they have no client.
  empty: "absent",
  description: "A client's id and secret, both form-encoded (RFC 6749 §2.3.1).",
});

/** An access token that a client got in its own name. */
export const clientTokenScheme: Scheme<string> = oauth2ClientCredentials({
  schemeName: "ClientToken",
  tokenUrl: "/auth/token",
  scopes: {},
  description: "An access token of the client credentials grant.",
});

/** Authenticates a client by its secret. A refusal is 401 `invalid_client`; too many attempts are 429. */
export function clientBasic(services: ClientAuthenticationServices): AuthenticatedClient {
  return authenticate(
    { basic: clientBasicScheme, connection: clientConnection(services.settings) },
    async ({ basic, connection }) => {
      const presented = {
        clientId: undefined,
        clientSecret: undefined,
        clientAssertion: undefined,
        clientAssertionType: undefined,
      };
      const client = await authenticateClient({ basic, ...presented }, connection, services);
      return client && identified<Client>(client, { sub: client.id, client_id: client.id });
    },
  );
}

/** The services for verifying a client's token. */
export interface ClientTokenServices {
  readonly clients: { find(id: string): Promise<Client | undefined> };
  readonly tokens: { verify(token: Redacted<string>): Claims | Promise<Claims> };
}

/** Authenticates a client by its own access token. A user's token is refused, and so is one of a disabled or deleted client. */
export function clientToken({ clients, tokens }: ClientTokenServices): AuthenticatedClient {
  return authenticate({ token: clientTokenScheme }, async ({ token }) => {
    const claims = await tokens.verify(token);
    const client = subjectTypeOf(claims) === "client" ? await clients.find(claims.sub) : undefined;
    return client?.disabledAt === undefined && client !== undefined ? identified(client, claims) : undefined;
  });
}
