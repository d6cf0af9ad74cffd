/**
 * How the tokens of each known provider differ from RFC 9068, so an environment variable with the provider's name is enough. What
 * an application has to decide is not here: issuer, audience, and who may call.
 */
import type { ExpectedType } from "../../token/token-type.ts";
import type { JwtInteropOptions, TokenOptions } from "../../token/verifier-options.ts";
import type { ReadyMapName } from "../claims/ready-map.ts";

/** The options of a verifier that a provider's tokens need. */
export type ProfileOptions = Omit<TokenOptions, "issuer" | "audience" | "clock" | "cache" | "revoked"> & JwtInteropOptions;

/** The facts that the options of a provider depend on. */
export interface ProfileContext {
  readonly issuer: string;
  /** Whether the keys are at an address of their own, without metadata. */
  readonly hasKeysUrl: boolean;
}

/** One provider. */
export interface ProviderProfile {
  /** The `typ` of its access tokens. */
  readonly typ: ExpectedType;
  /** How its tokens say that they are for this API. Default: `aud`. */
  readonly audience?: "client_id" | "absent";
  readonly options?: (about: ProfileContext) => ProfileOptions;
  /**
   * Where the scopes of a caller come from if not from the token: the application, or the rule that lets a workload call.
   */
  readonly scopes?: "grants" | "rule";
  /** The parameter of the authorization request that names this API. Without it, the provider may issue an opaque token. */
  readonly names?: "audience" | "resource";
  /** The `typ` of its logout tokens. Default: `logout+jwt`. */
  readonly logoutType?: ExpectedType;
}

const absent = { absent: true } as const;
const year = 31_536_000;

/** Each ready map's provider. */
export const profiles: Readonly<Record<ReadyMapName, ProviderProfile>> = {
  rfc9068: { typ: "at+jwt", names: "resource" },
  keycloak: { typ: "JWT", options: () => ({ extraAudiences: ["account"] }), logoutType: ["logout+jwt", "JWT"] },
  entra: { typ: "JWT", options: () => ({ scopeClaim: { name: "scp" } }) },
  auth0: {
    typ: ["at+jwt", "JWT"],
    options: ({ issuer }) => ({ extraAudiences: [`${issuer.replace(/\/$/, "")}/userinfo`] }),
    names: "audience",
  },
  cognito: { typ: absent, audience: "client_id" },
  okta: { typ: absent, options: () => ({ scopeClaim: { name: "scp", list: true } }) },
  google: { typ: "JWT", scopes: "grants" },
  "github-actions": { typ: "JWT", scopes: "rule" },
  // A token for a pod may live for a year, and an hour more.
  kubernetes: { typ: absent, options: () => ({ maxLifetimeSeconds: year + 3_607 }), scopes: "rule" },
  spiffe: {
    typ: ["JWT", "JOSE", absent],
    // The bundle of a trust domain marks its keys. The discovery provider of SPIRE serves them as those of an OpenID provider.
    // Without that provider, tokens name no issuer but their trust domain.
    options: ({ issuer, hasKeysUrl }) => ({
      iat: "optional",
      maxLifetimeSeconds: 3_600,
      ...(hasKeysUrl ? { keyUse: "jwt-svid" as const } : {}),
      ...(issuer.startsWith("spiffe://") ? { withoutIssuer: "trust-domain" as const } : {}),
    }),
    scopes: "rule",
  },
  "cloudflare-access": {
    typ: ["JWT", absent],
    options: () => ({ withoutSubject: { claim: "common_name", prefix: "service:" } }),
    scopes: "grants",
  },
  supabase: { typ: "JWT", scopes: "grants" },
  firebase: { typ: "JWT", scopes: "grants" },
  clerk: { typ: "JWT", audience: "absent", scopes: "grants" },
  zitadel: { typ: ["at+jwt", "JWT"], scopes: "grants" },
  sap: { typ: "JWT", options: () => ({ extraAudiences: ["openid", "uaa"], ignoredHeaders: ["jku"], scopeClaim: { list: true } }) },
  duende: {
    typ: "at+jwt",
    options: () => ({ scopeClaim: { list: true }, withoutSubject: { claim: "client_id", prefix: "client:" } }),
  },
  fusionauth: { typ: "JWT", scopes: "grants" },
  hydra: { typ: "JWT", options: () => ({ scopeClaim: { name: "scp", list: true } }) },
  workos: { typ: absent, audience: "absent" },
  stytch: { typ: "JWT", scopes: "grants" },
};
