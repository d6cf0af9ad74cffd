/**
 * The public routes of the issuer: its key set (RFC 7517 §5) and its metadata (RFC 8414).
 *
 * Both are at `<issuer>/.well-known/…` if the API is served under the issuer's path, by a host's prefix or by a proxy that strips
 * the path. For an issuer with a path, RFC 8414 §3.1 puts the metadata elsewhere, between host and path. A second route serves it
 * there; a proxy must pass requests for it on without stripping anything.
 */
import { get, type Reply, reply, type Route } from "lockstep";
import { z } from "zod";
import { clientAuthentications, clientGrants } from "../client/client.ts";
import { accountScope } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import type { AccessTokens } from "./access-tokens.ts";

/** The services that the routes need. */
export interface IssuerServices {
  readonly settings: Settings;
  readonly tokens: AccessTokens;
}

/** The public members, by name, so a private one can never be sent (M-08). */
const KeySet = z.object({
  keys: z.array(
    z.object({
      kty: z.literal("EC"),
      crv: z.literal("P-256"),
      x: z.string(),
      y: z.string(),
      kid: z.string(),
      alg: z.literal("ES256"),
      use: z.literal("sig"),
    }),
  ),
});

const texts = z.array(z.string());

/** The members of RFC 8414 §2. */
const Metadata = z.object({
  issuer: z.string(),
  token_endpoint: z.string(),
  revocation_endpoint: z.string(),
  introspection_endpoint: z.string(),
  jwks_uri: z.string(),
  scopes_supported: texts,
  response_types_supported: texts,
  grant_types_supported: texts,
  token_endpoint_auth_methods_supported: texts,
  token_endpoint_auth_signing_alg_values_supported: texts,
  revocation_endpoint_auth_methods_supported: texts,
  revocation_endpoint_auth_signing_alg_values_supported: texts,
  introspection_endpoint_auth_methods_supported: texts,
});

const metadataPath = "/.well-known/oauth-authorization-server";
const keySetPath = "/.well-known/jwks.json";
/** The algorithms with which a client may sign its assertions (`client/client-assertion.ts`). */
const assertionAlgorithms = ["ES256", "EdDSA", "RS256", "PS256"];
const metadataAgeSeconds = 3600;

/** Creates the routes of the issuer. */
export function issuerRoutes({ settings, tokens }: IssuerServices): readonly Route[] {
  const metadata = issuerMetadata(settings);
  const path = new URL(settings.issuer).pathname.replace(/\/$/, "");
  const sendMetadata = () => cached(metadata, metadataAgeSeconds);
  return [
    get(
      keySetPath,
      {
        public: "public keys, for everyone who verifies access tokens",
        tags: ["Issuer"],
        summary: "Get the key set that verifies access tokens",
        operationId: "keySet",
        response: KeySet,
      },
      async () => cached(KeySet.parse(await tokens.jwks()), tokens.signingKeys.maxAgeSeconds),
    ),
    get(metadataPath, { ...metadataSpec, operationId: "issuerMetadata" }, sendMetadata),
    ...(path === "" ? [] : [get(`${metadataPath}${path}`, { ...metadataSpec, operationId: "issuerMetadataOfPath" }, sendMetadata)]),
  ];
}

const metadataSpec = {
  public: "metadata, for everyone who requests or verifies tokens",
  tags: ["Issuer"],
  summary: "Get the issuer's endpoints and their capabilities (RFC 8414)",
  response: Metadata,
} as const;

/** Builds the metadata of the issuer. None of it comes from a request, so no `Host` header can lead a client elsewhere. */
function issuerMetadata({ issuer, scopes, passwordGrant }: Settings): z.infer<typeof Metadata> {
  return {
    issuer,
    token_endpoint: `${issuer}/auth/token`,
    revocation_endpoint: `${issuer}/auth/revoke`,
    introspection_endpoint: `${issuer}/auth/introspect`,
    jwks_uri: `${issuer}${keySetPath}`,
    scopes_supported: [...Object.keys(scopes), accountScope],
    // The member is required. The list is empty because there is no authorization endpoint.
    response_types_supported: [],
    grant_types_supported: clientGrants.filter((grant) => grant !== "password" || passwordGrant),
    token_endpoint_auth_methods_supported: [...clientAuthentications],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_endpoint_auth_methods_supported: [...clientAuthentications],
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    // RFC 8414 §2 allows authentication methods and types of access tokens.
    introspection_endpoint_auth_methods_supported: ["client_secret_basic", "Bearer"],
  };
}

function cached<B>(body: B, seconds: number): Reply<B, 200> {
  return reply(200, body, { headers: { "cache-control": `public, max-age=${seconds}` } });
}
