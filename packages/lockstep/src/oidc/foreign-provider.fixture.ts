/** A foreign OpenID provider for tests: `oidc-provider`, on a real socket. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { X509Certificate } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { TLSSocket } from "node:tls";
import Provider, { errors } from "oidc-provider";
import { testCertificate, testKey } from "../token/certificate.fixture.ts";
import { generateSigningKey, publicJwks, signingKey } from "../token/signing-key.ts";
import { knownCertificate } from "./client-certificate.fixture.ts";

/** The APIs that the provider issues tokens for: one takes JWTs, the other one opaque tokens. */
export const jwtApi = "https://api.test/jwt";
export const opaqueApi = "https://api.test/opaque";

const secret = "a-secret-of-a-client-0123456789";
/** A program that calls the APIs, and one of the APIs, which introspects. */
export const job = { clientId: "job", clientSecret: secret } as const;
export const notesApi = { clientId: "notes-api", clientSecret: `${secret}-2` } as const;

/** A program that signs assertions, and its key. */
export const signer = { clientId: "signer", signingKey: signingKey(await generateSigningKey("ES256")) } as const;
/** Programs that the provider knows by the certificate of their connection. */
export const selfSigned = { clientId: "self-signed", authentication: "self_signed_tls_client_auth" } as const;
export const certified = { clientId: "certified", authentication: "tls_client_auth" } as const;

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

/** The host of the provider with TLS. Its certificate is `testCertificate`. */
const tlsHost = "keys.example.com";

/** Starts a provider with TLS, which asks for certificates of clients. `access` are the options to reach it with. */
export async function startTlsProvider() {
  const server = createTlsServer({
    key: testKey,
    cert: testCertificate,
    requestCert: true,
    rejectUnauthorized: false,
    ca: [knownCertificate.cert],
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const host = `${tlsHost}:${address.port}`;
  const issuer = `https://${host}`;
  const aliases = { mtls_endpoint_aliases: { token_endpoint: `${issuer}/mtls/token` } };
  const provider = new Provider(issuer, { ...(await configuration()), discovery: aliases });
  const answer = provider.callback();
  const paths: string[] = [];
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    paths.push(request.url ?? "");
    request.url = request.url?.replace(/^\/mtls/, "");
    void answer(request, response);
  });
  const access = { ca: testCertificate, resolve: async () => ["127.0.0.1"], allowPrivateHosts: [host] } as const;
  return { issuer, access, paths, close: () => closed(server) };
}

function peerOf({ socket }: IncomingMessage): X509Certificate | undefined {
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
}

async function configuration(): Promise<ConstructorParameters<typeof Provider>[1]> {
  const common = { redirect_uris: [], response_types: [], id_token_signed_response_alg: "ES256" } as const;
  return {
    clients: [
      { ...common, client_id: job.clientId, client_secret: job.clientSecret, grant_types: ["client_credentials"] },
      {
        ...common,
        client_id: signer.clientId,
        grant_types: ["client_credentials"],
        token_endpoint_auth_method: "private_key_jwt",
        jwks: publicJwks([signer.signingKey]),
      },
      {
        ...common,
        client_id: selfSigned.clientId,
        grant_types: ["client_credentials"],
        token_endpoint_auth_method: selfSigned.authentication,
        jwks: { keys: [certificateJwk()] },
      },
      {
        ...common,
        client_id: certified.clientId,
        grant_types: ["client_credentials"],
        token_endpoint_auth_method: certified.authentication,
        tls_client_auth_subject_dn: "CN=client.notes.example",
      },
      { ...common, client_id: notesApi.clientId, client_secret: notesApi.clientSecret, grant_types: [] },
    ],
    jwks: { keys: [{ ...(await generateSigningKey("ES256")) }] },
    clientAuthMethods: ["client_secret_basic", "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"],
    ttl: { ClientCredentials: 300 },
    cookies: { keys: ["a test"] },
    scopes: ["notes:read", "notes:write"],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        selfSignedTlsClientAuth: true,
        getCertificate: ({ req }) => peerOf(req),
        certificateAuthorized: ({ req }) => req.socket instanceof TLSSocket && req.socket.authorized,
        certificateSubjectMatches: ({ req }, property, expected) =>
          property === "tls_client_auth_subject_dn" && peerOf(req)?.subject === expected,
      },
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

/** The certificate as a key set holds it (RFC 7517 §4.7). */
function certificateJwk() {
  const certificate = new X509Certificate(knownCertificate.cert);
  return { ...certificate.publicKey.export({ format: "jwk" }), x5c: [certificate.raw.toString("base64")] };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
