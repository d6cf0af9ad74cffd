/** Claims become principals: `claims()`, the ready maps, and `claimsMap()` for an issuer of one's own. */

export { type Callers, claims, type ClaimsIssuer, type ClaimsOptions } from "./claims.ts";
export { type Caller, type CallerKind, type ClaimsMap, type MappedCaller } from "./caller.ts";
export { type ClaimPath, type ClaimsRecord } from "./claim-reader.ts";
export {
  type ClaimConstant,
  type ClaimRule,
  claimsMap,
  type ClaimsMapOptions,
  type GrantedScopes,
  type KindRule,
  type RoleSource,
  type ScopeSource,
  type SubjectSource,
} from "./claims-map.ts";
export { byIssuer } from "./by-issuer.ts";
export { readyMap, type ReadyMapName } from "./ready-map.ts";

export { auth0, type Auth0Options } from "./provider/auth0.ts";
export { clerk, type ClerkOptions } from "./provider/clerk.ts";
export { cloudflareAccess, type CloudflareAccessOptions } from "./provider/cloudflare-access.ts";
export { cognito, type CognitoOptions } from "./provider/cognito.ts";
export { duende, type DuendeOptions } from "./provider/duende.ts";
export { entra, type EntraOptions } from "./provider/entra.ts";
export { firebase, type FirebaseOptions } from "./provider/firebase.ts";
export { fusionauth, type FusionAuthOptions } from "./provider/fusionauth.ts";
export { githubActions, type GitHubActionsOptions, type GitHubRule } from "./provider/github-actions.ts";
export { google, type GoogleOptions } from "./provider/google.ts";
export { hydra, type HydraOptions } from "./provider/hydra.ts";
export { keycloak, type KeycloakOptions } from "./provider/keycloak.ts";
export { kubernetes, type KubernetesOptions, type KubernetesRule } from "./provider/kubernetes.ts";
export { okta, type OktaOptions } from "./provider/okta.ts";
export { rfc9068, type Rfc9068Options } from "./provider/rfc9068.ts";
export { sap, type SapOptions } from "./provider/sap.ts";
export { spiffe, type SpiffeOptions, type SpiffeRule } from "./provider/spiffe.ts";
export { stytch, type StytchOptions } from "./provider/stytch.ts";
export { supabase, type SupabaseOptions } from "./provider/supabase.ts";
export { workos, type WorkOsOptions } from "./provider/workos.ts";
export { zitadel, type ZitadelOptions } from "./provider/zitadel.ts";
export { type WorkloadGrants } from "./workload.ts";
