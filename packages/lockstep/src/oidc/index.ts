/**
 * `lockstep/oidc`: tokens of an OpenID provider or OAuth 2.0 authorization server, found by discovery. `oidc()` verifies JWTs and
 * asks about opaque tokens; `issuers()` puts several verifiers side by side; `oidcBearer()` is the scheme that reads and
 * documents their tokens. `claims()` makes callers of their claims, with the map of a provider. `clientCredentials()` and
 * `tokenExchange()` obtain tokens for calling another API. `backchannelLogout()`, `securityEvents()` and `pollSecurityEvents()`
 * hear when the provider ends a session or disables an account.
 */

// Verifying tokens.
export { oidc } from "./oidc.ts";
export {
  type DocsPlace,
  type IssuerAccess,
  type JwtOptions,
  type KeysPlace,
  type OidcOptions,
  type OpaqueOptions,
  type SignedOptions,
  type TenantOptions,
} from "./oidc-options.ts";
export { type ClientAuthentication, type ClientOptions } from "./client-authentication.ts";
export { type CertificateClient, type KeyClient, type SecretClient } from "./client-authentication.ts";
export { type ClientCertificate } from "../token/client-certificate.ts";
export { type AskingOptions, type IntrospectionOptions } from "./introspection-options.ts";
export { issuers } from "./issuers.ts";

// Reading them from requests, and signing in on the documentation's page.
export { oidcBearer, type OidcBearerOptions } from "./oidc-bearer.ts";
export { type IssuerDocs } from "./issuer-docs.ts";

// Obtaining tokens for other APIs.
export { clientCredentials, type ClientCredentials } from "./client-credentials.ts";
export { tokenExchange, type SubjectTokenOptions, type TokenExchange, type TokenExchangeOptions } from "./token-exchange.ts";
export { TokenRefused, type TokenRequestOptions, type TokenSourceOptions } from "./token-endpoint.ts";

// Events from the provider.
export { backchannelLogout, type BackchannelLogoutOptions, type LogoutIssuerOptions } from "./events/backchannel-logout.ts";
export { type EventIssuerOptions } from "./events/event-issuer.ts";
export { type EventReceiverOptions } from "./events/event-receiver.ts";
export { type EventReplays, handledOnce } from "./events/handled-once.ts";
export { type EventPolling, pollSecurityEvents, type PollSecurityEventsOptions } from "./events/event-polling.ts";
export { securityEvents, type SecurityEventsOptions } from "./events/security-events.ts";
export { type TransmitterOptions } from "./events/transmitter.ts";
export {
  type EventErrorCode,
  type EventIgnored,
  type EventOutcome,
  type EventRefusal,
  type EventRefusalListener,
  type ProviderEvent,
  type ProviderEventSink,
  type ProviderEventTarget,
  type ProviderEventType,
} from "./events/provider-event.ts";

// A provider as one value, from the environment if you like.
export {
  type IdentityProvider,
  identityProvider,
  type IdentityProviderOptions,
  type ProviderEventSources,
} from "./provider/identity-provider.ts";
export { identityProviderFrom } from "./provider/environment.ts";
export { type Environment } from "./provider/variables.ts";

// From claims to callers.
export { type Callers, claims, type ClaimsIssuer, type ClaimsOptions } from "./claims/claims.ts";
export { type Caller, type CallerKind, type ClaimsMap, type MappedCaller } from "./claims/caller.ts";
export { type ClaimPath, type ClaimsRecord } from "./claims/claim-reader.ts";
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
} from "./claims/claims-map.ts";
export { byIssuer } from "./claims/by-issuer.ts";
export { readyMap, type ReadyMapName, type ReadyMaps } from "./claims/ready-map.ts";

export { auth0, type Auth0Options } from "./claims/provider/auth0.ts";
export { clerk, type ClerkOptions } from "./claims/provider/clerk.ts";
export { cloudflareAccess, type CloudflareAccessOptions } from "./claims/provider/cloudflare-access.ts";
export { cognito, type CognitoOptions } from "./claims/provider/cognito.ts";
export { duende, type DuendeOptions } from "./claims/provider/duende.ts";
export { entra, type EntraOptions } from "./claims/provider/entra.ts";
export { firebase, type FirebaseOptions } from "./claims/provider/firebase.ts";
export { fusionauth, type FusionAuthOptions } from "./claims/provider/fusionauth.ts";
export { githubActions, type GitHubActionsOptions, type GitHubJob, type GitHubRule } from "./claims/provider/github-actions.ts";
export { google, type GoogleOptions } from "./claims/provider/google.ts";
export { hydra, type HydraOptions } from "./claims/provider/hydra.ts";
export { keycloak, type KeycloakOptions } from "./claims/provider/keycloak.ts";
export { kubernetes, type KubernetesOptions, type KubernetesRule } from "./claims/provider/kubernetes.ts";
export { okta, type OktaOptions } from "./claims/provider/okta.ts";
export { rfc9068, type Rfc9068Options } from "./claims/provider/rfc9068.ts";
export { sap, type SapOptions } from "./claims/provider/sap.ts";
export { spiffe, type SpiffeOptions, type SpiffeRule } from "./claims/provider/spiffe.ts";
export { stytch, type StytchOptions } from "./claims/provider/stytch.ts";
export { supabase, type SupabaseOptions } from "./claims/provider/supabase.ts";
export { workos, type WorkOsOptions } from "./claims/provider/workos.ts";
export { zitadel, type ZitadelOptions } from "./claims/provider/zitadel.ts";
export { type WorkloadGrants } from "./claims/workload.ts";
