/**
 * What everybody may read of the issuer: its key set (RFC 7517 §5) and its metadata (RFC 8414).
 *
 * Both addresses are below the issuer's: `<issuer>/.well-known/…`, which is where they are if the API is reached under the
 * issuer's path, by a host's prefix or a proxy that takes the path away. RFC 8414 §3.1 wants the metadata of an issuer with a
 * path at another place, in between host and path: there is a second route for that, which a proxy has to lead here as it is.
 */
import { get, reply, type Route } from "lockstep";
import { z } from "zod";
import { clientAuthentications, clientGrants } from "../client/client.ts";
import type { Settings } from "../settings.ts";
import type { AccessTokens } from "./access-tokens.ts";

/** What the routes need. */
export interface IssuerServices {
  readonly settings: Settings;
  readonly tokens: AccessTokens;
}

/** Public members by name: a private one would not pass (M-08). */
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

/** RFC 8414 §2. */
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
/** With what a client may sign its assertions (`client/client-assertion.ts`). */
const assertionAlgorithms = ["ES256", "EdDSA", "RS256", "PS256"];
const metadataAgeSeconds = 3600;

/** The routes of the issuer. */
export function issuerRoutes({ settings, tokens }: IssuerServices): readonly Route[] {
  const metadata = issuerMetadata(settings);
  const path = new URL(settings.issuer).pathname.replace(/\/$/, "");
  const sendMetadata = () => cached(metadata, metadataAgeSeconds);
  return [
    get(
      keySetPath,
      {
        public: "public keys, for whoever verifies access tokens",
        tags: ["Issuer"],
        summary: "The key set that access tokens are verified with",
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
  public: "metadata, for whoever asks for tokens or verifies them",
  tags: ["Issuer"],
  summary: "Where this issuer's endpoints are and what they take (RFC 8414)",
  response: Metadata,
} as const;

/** The metadata of the issuer. Nothing in it comes from a request: no `Host` header can lead a client elsewhere. */
function issuerMetadata({ issuer, scopes, passwordGrant }: Settings): z.infer<typeof Metadata> {
  return {
    issuer,
    token_endpoint: `${issuer}/auth/token`,
    revocation_endpoint: `${issuer}/auth/revoke`,
    introspection_endpoint: `${issuer}/auth/introspect`,
    jwks_uri: `${issuer}${keySetPath}`,
    scopes_supported: Object.keys(scopes),
    // There is no authorization endpoint: the member is required and the list empty.
    response_types_supported: [],
    grant_types_supported: clientGrants.filter((grant) => grant !== "password" || passwordGrant),
    token_endpoint_auth_methods_supported: [...clientAuthentications],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_endpoint_auth_methods_supported: [...clientAuthentications],
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    // RFC 8414 §2: methods of the token endpoint, or types of access tokens.
    introspection_endpoint_auth_methods_supported: ["client_secret_basic", "Bearer"],
  };
}

function cached<B>(body: B, seconds: number): ReturnType<typeof reply<B>> {
  return reply(200, body, { headers: { "cache-control": `public, max-age=${seconds}` } });
}
