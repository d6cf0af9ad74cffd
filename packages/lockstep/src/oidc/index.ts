/**
 * `lockstep/oidc`: tokens of an OpenID provider or OAuth 2.0 authorization server, found by discovery. `oidc()` verifies JWTs and
 * asks about opaque tokens; `issuers()` puts several verifiers side by side. `clientCredentials()` and `tokenExchange()` obtain
 * tokens for calling another API.
 */

// Verifying tokens.
export { oidc } from "./oidc.ts";
export {
  type IssuerAccess,
  type JwtOptions,
  type KeysPlace,
  type OidcOptions,
  type OpaqueOptions,
  type SignedOptions,
  type TenantOptions,
} from "./oidc-options.ts";
export { type ClientAuthentication, type ClientOptions } from "./client-authentication.ts";
export { type IntrospectionOptions } from "./introspection-options.ts";
export { issuers } from "./issuers.ts";

// Obtaining tokens for other APIs.
export { clientCredentials, type ClientCredentials } from "./client-credentials.ts";
export { tokenExchange, type TokenExchange, type TokenExchangeOptions } from "./token-exchange.ts";
export { TokenRefused, type TokenSourceOptions } from "./token-endpoint.ts";
