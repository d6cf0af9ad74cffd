/** Providers at which people sign in, and which issue access tokens for APIs. */
import { tenantPlace } from "../../oidc/oidc-options.ts";
import type { Provider } from "./provider.ts";
import { granted, hasPath, isBelow, pathOf, textIn } from "./recognition.ts";

const untilExpiry = "An access token works until it expires.";
const backChannel = "It sends back-channel logout";

/** The tenant in the path of an issuer of Entra. */
const tenantOf = (issuer: string): string => pathOf(issuer).split("/")[1] ?? "<tenant>";

/** The metadata of Entra that names the template of all tenants. */
const forEveryTenant = "https://login.microsoftonline.com/organizations/v2.0";

const keycloak: Provider = {
  name: "Keycloak",
  map: "keycloak",
  page: "keycloak",
  isIssuer: (issuer, metadata) =>
    /\/realms\/[^/]+$/.test(pathOf(issuer)) || hasPath(metadata, "token_endpoint", "/protocol/openid-connect/token"),
  tokens: "Access tokens are JWTs. Their header says JWT, as that of ID tokens does.",
  mapOptions: ({ audience }) => ({ client: audience }),
  pitfalls: [
    "Without an audience mapper, `aud` is `account` only. Add one to a client scope of the clients that call the API.",
    "Lightweight access tokens have neither `sub` nor `aud`: switch them off for these clients, or use introspection.",
    "ID tokens and refresh tokens of the realm have the same header. The map refuses them by the claim `typ`.",
  ],
  signOut: `${backChannel} to the URL that the client names, with \`sid\`, which its access tokens have, too.`,
};

const entra: Provider = {
  name: "Microsoft Entra ID",
  map: "entra",
  page: "entra",
  isIssuer: (issuer) => isBelow(issuer, "login.microsoftonline.com", "login.microsoftonline.us", "ciamlogin.com"),
  tokens: "Access tokens for your API are JWTs. Those for Microsoft Graph cannot be verified by others.",
  options: ({ issuer }) =>
    issuer.includes(tenantPlace) ? { place: { discoveryUrl: `${forEveryTenant}/.well-known/openid-configuration` } } : {},
  pitfalls: [
    "Set `requestedAccessTokenVersion` to 2 in the manifest of the API. Tokens of version 1 have another issuer and another audience.",
    "The audience is the application (client) id, a GUID. `api://…` is the audience of version 1.",
    "A user in too many groups has no groups in the token. The map then grants no role from a group, and fetches nothing.",
    "For several tenants, write the issuer with {tenantid}, and list them (--tenants). `common` and `organizations` are not issuers.",
  ],
  signOut: `${untilExpiry} That is 60 to 90 minutes, because Entra sends no back-channel logout.`,
};

const entra1: Provider = {
  ...entra,
  name: "Microsoft Entra ID, tokens of version 1",
  isIssuer: (issuer) => isBelow(issuer, "sts.windows.net"),
  options: ({ issuer }) => ({
    place: { discoveryUrl: `https://login.microsoftonline.com/${tenantOf(issuer)}/.well-known/openid-configuration` },
  }),
};

const auth0: Provider = {
  name: "Auth0",
  map: "auth0",
  page: "auth0",
  isIssuer: (issuer) => isBelow(issuer, "auth0.com"),
  tokens: "Access tokens are JWTs if the client requests an `audience`, and opaque otherwise.",
  pitfalls: [
    "The issuer ends with a slash.",
    "Without the parameter `audience` in the authorization request, the access token is opaque.",
    "Roles come from an Action, under a claim that is a URL of yours. Take them from `app_metadata`: users edit `user_metadata`.",
    "With RBAC, permissions are in the claim `permissions`: set `permissions: true` in the map.",
  ],
  signOut: `${backChannel} if the plan contains it. Its access tokens have no \`sid\`, so it ends the tokens of the user.`,
};

const cognito: Provider = {
  name: "Amazon Cognito",
  map: "cognito",
  page: "cognito",
  isIssuer: (issuer) => /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/.test(hostOf(issuer)),
  tokens: "Access tokens are JWTs without `aud` and without `typ`. `client_id` says who may use them.",
  options: ({ clientId }) => ({ audience: { clientId: [clientId] } }),
  pitfalls: [
    "The API is named by its clients. Each API that one of them calls could present the token here.",
    "The name of a resource server comes before its scopes, as in `notes/read`. Set `scopePrefix` in the map to take it off.",
    "ID tokens have `aud` and `token_use` id, and are refused.",
  ],
  signOut: `${untilExpiry} Revoking at Cognito ends refresh tokens, and does not reach the APIs.`,
};

const okta: Provider = {
  name: "Okta",
  map: "okta",
  page: "okta",
  isIssuer: (issuer) => isBelow(issuer, "okta.com", "oktapreview.com", "okta-emea.com"),
  tokens: "Access tokens of a custom authorization server are JWTs without `typ`. Those of the org server are for Okta only.",
  pitfalls: [
    "Use a custom authorization server: its issuer contains /oauth2/. Others cannot verify the tokens of the org server.",
    "`sub` is the sign-in name, which another person can get later. The map takes `uid`.",
    'Groups are in the token only if the server has a claim for them. Name it in the map: `roles: "groups"`.',
  ],
  signOut: `${untilExpiry} Okta can send CAEP events to a receiver of shared signals.`,
};

const google: Provider = {
  name: "Google",
  map: "google",
  page: "google",
  isIssuer: (issuer) => issuer === "https://accounts.google.com",
  tokens: "APIs get ID tokens, which are JWTs. Access tokens of Google are opaque, and for Google's own APIs.",
  mapOptions: (known) => ({ hd: textIn(known.claims, "hd") ?? "<your Workspace domain>", ...granted(known) }),
  pitfalls: [
    "The audience is the OAuth client id. Everyone with a Google account can sign in to it, so the map needs `hd`.",
    "The tokens have no scopes: grant them in the map (`grants`), or routes that demand scopes answer 403.",
    "Anyone can create a service account and get a token for your audience. Name those that may call (`serviceAccounts`).",
  ],
  signOut: `${untilExpiry} That is one hour. Google reports hijacked accounts to receivers of its Cross-Account Protection.`,
};

function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).hostname : "";
}

/** In the order in which they are tried. */
export const identityProviders: readonly Provider[] = [keycloak, entra, entra1, auth0, cognito, okta, google];
