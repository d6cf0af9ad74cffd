/** A foreign OpenID provider for tests: `oidc-provider`, on a real socket. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import Provider, { errors } from "oidc-provider";
import { generateSigningKey } from "../token/signing-key.ts";

/** The APIs that the provider issues tokens for: one takes JWTs, the other one opaque tokens. */
export const jwtApi = "https://api.test/jwt";
export const opaqueApi = "https://api.test/opaque";

const secret = "a-secret-of-a-client-0123456789";
/** A program that calls the APIs, and one of the APIs, which introspects. */
export const job = { clientId: "job", clientSecret: secret } as const;
export const notesApi = { clientId: "notes-api", clientSecret: `${secret}-2` } as const;

/** A running provider. */
export interface ForeignProvider {
  readonly issuer: string;
  readonly close: () => Promise<void>;
}

/** Starts the provider on a port of the loopback address, or on the given one. */
export async function startProvider(port = 0): Promise<ForeignProvider> {
  const server = createServer();
  await once(server.listen(port, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const issuer = `http://127.0.0.1:${address.port}`;
  const provider = new Provider(issuer, await configuration());
  const answer = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => void answer(request, response));
  return { issuer, close: () => closed(server) };
}

async function configuration(): Promise<ConstructorParameters<typeof Provider>[1]> {
  const common = { redirect_uris: [], response_types: [], id_token_signed_response_alg: "ES256" } as const;
  return {
    clients: [
      { ...common, client_id: job.clientId, client_secret: job.clientSecret, grant_types: ["client_credentials"] },
      { ...common, client_id: notesApi.clientId, client_secret: notesApi.clientSecret, grant_types: [] },
    ],
    jwks: { keys: [{ ...(await generateSigningKey("ES256")) }] },
    ttl: { ClientCredentials: 300 },
    cookies: { keys: ["a test"] },
    scopes: ["notes:read", "notes:write"],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => {
          const common = { scope: "notes:read notes:write", audience: resource, accessTokenTTL: 300 } as const;
          if (resource === jwtApi) return { ...common, accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } };
          if (resource === opaqueApi) return { ...common, accessTokenFormat: "opaque" };
          throw new errors.InvalidTarget();
        },
      },
    },
  };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
