/** Platforms with tokens of their own shape, whether a browser or a program holds them. */
import type { Provider } from "./provider.ts";
import { granted, hasPath, isBelow, pathOf } from "./recognition.ts";

const untilExpiry = "A token works until it expires.";
const withoutScopes = "The tokens have no scopes: grant them in the map (`grants`), or routes that demand scopes answer 403.";

const cloudflareAccess: Provider = {
  name: "Cloudflare Access",
  map: "cloudflare-access",
  page: "cloudflare-access",
  isIssuer: (issuer) => isBelow(issuer, "cloudflareaccess.com"),
  tokens: "Application tokens are JWTs, in the header Cf-Access-Jwt-Assertion.",
  options: ({ issuer }) => ({ place: { jwksUrl: `${issuer}/cdn-cgi/access/certs` } }),
  mapOptions: granted,
  pitfalls: [
    "The audience is the AUD tag of the application.",
    'The token is not in `Authorization`: use `apiKeyHeader({ name: "Cf-Access-Jwt-Assertion" })` as the scheme.',
    "A service token has an empty `sub`. The caller is then a service, named by `common_name`.",
    withoutScopes,
  ],
  signOut: `${untilExpiry} Cloudflare sends no event when a session is revoked.`,
};

const supabase: Provider = {
  name: "Supabase",
  map: "supabase",
  page: "supabase",
  isIssuer: (issuer) => isBelow(issuer, "supabase.co") || pathOf(issuer).endsWith("/auth/v1"),
  tokens: "Access tokens are JWTs. New projects sign them with a key pair, old ones with a secret.",
  options: () => ({ audience: "authenticated" }),
  mapOptions: granted,
  pitfalls: [
    "Change old projects to asymmetric signing keys: the secret of a project can also sign tokens.",
    "Users edit `user_metadata`. The map reads nothing from it: put roles into `app_metadata`.",
    "Anonymous users are refused unless the map says `anonymous: true`.",
    withoutScopes,
  ],
  signOut: `${untilExpiry} Signing out ends refresh tokens. The claim \`session_id\` is the caller's session.`,
};

const firebase: Provider = {
  name: "Firebase",
  map: "firebase",
  page: "firebase",
  isIssuer: (issuer) => isBelow(issuer, "securetoken.google.com"),
  tokens: "APIs get ID tokens, which are JWTs.",
  options: ({ issuer }) => ({
    audience: pathOf(issuer).slice(1),
    place: { jwksUrl: "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com" },
  }),
  mapOptions: granted,
  pitfalls: [
    "The audience is the id of the project.",
    "Session cookies have another issuer, and are refused.",
    "Anonymous users and users of a tenant are refused unless the map says so (`anonymous`, `tenant`).",
    withoutScopes,
  ],
  signOut: `${untilExpiry} That is one hour. Revoking at Firebase ends refresh tokens, and does not reach the APIs.`,
};

const clerk: Provider = {
  name: "Clerk",
  map: "clerk",
  page: "clerk",
  isIssuer: (issuer) => isBelow(issuer, "clerk.accounts.dev") || issuer.startsWith("https://clerk."),
  tokens: "Session tokens are JWTs without `aud`. They are valid for one minute.",
  options: () => ({
    audience: { absent: "the keys are those of this application" },
    authorizedParties: ["https://<your web application>"],
  }),
  mapOptions: granted,
  pitfalls: [
    "`azp` is the origin of the web application. List the origins in `authorizedParties`, or any application of the instance may call.",
    "A role applies to the organisation that is active in the session (`claims.o.id`).",
    withoutScopes,
  ],
  signOut: "A session token ends after a minute, so a session that was ended works for one more minute.",
};

const zitadel: Provider = {
  name: "Zitadel",
  map: "zitadel",
  page: "zitadel",
  isIssuer: (issuer) => isBelow(issuer, "zitadel.cloud"),
  tokens: "Access tokens are opaque by default. Choose the type JWT in the settings of the application.",
  options: ({ clientId }) => ({ extraAudiences: [clientId] }),
  mapOptions: (known) => ({ project: known.audience, ...granted(known) }),
  pitfalls: [
    "The audience is the id of the project. The ids of its applications are further audiences: list them in `extraAudiences`.",
    "Roles are in the token only if the project asserts them on authentication.",
    withoutScopes,
  ],
  signOut: "It sends back-channel logout in recent versions. Its access tokens have no `sid`, so it ends the tokens of the user.",
};

const sap: Provider = {
  name: "SAP XSUAA",
  map: "sap",
  page: "sap",
  isIssuer: (issuer) => isBelow(issuer, "hana.ondemand.com", "platform.sapcloud.cn"),
  tokens: "Access tokens are JWTs with `jku` in their header.",
  options: ({ issuer }) => ({
    place: { discoveryUrl: `${issuer.replace(/\/oauth\/token$/, "")}/.well-known/openid-configuration` },
  }),
  mapOptions: ({ audience }) => ({ application: audience }),
  pitfalls: [
    "The audience is the `xsappname` of the service binding. Each application whose scopes the token has is a further audience: list them.",
    "The issuer ends with /oauth/token, and its metadata is elsewhere.",
    "The tokens are long. If they exceed 16 KiB, set `maxTokenBytes` here and `maxCredentialBytes` in the scheme.",
  ],
  signOut: `${untilExpiry} XSUAA sends no event.`,
};

const duende: Provider = {
  name: "Duende IdentityServer",
  map: "duende",
  page: "duende",
  isIssuer: (issuer, metadata) =>
    isBelow(issuer, "duendesoftware.com") || hasPath(metadata, "jwks_uri", "/.well-known/openid-configuration/jwks"),
  tokens: "Access tokens are JWTs of the type at+jwt, unless the client asks for reference tokens, which are opaque.",
  pitfalls: [
    "Define an ApiResource with the scopes. With ApiScopes alone, the tokens have no `aud`.",
    "The token of a client has no `sub`. The option `withoutSubject` makes one of `client_id`.",
  ],
  signOut: "It sends back-channel logout to the URI that the client names.",
};

const fusionauth: Provider = {
  name: "FusionAuth",
  map: "fusionauth",
  page: "fusionauth",
  isIssuer: (issuer) => isBelow(issuer, "fusionauth.io"),
  tokens: "Access tokens are JWTs.",
  pitfalls: [
    "The issuer is a setting of the tenant, and need not be a URL. If it is not, pass `jwksUrl`.",
    "The audience is the id of the application, and the user has to be registered with it.",
  ],
  signOut: `${untilExpiry} FusionAuth calls webhooks when a refresh token is revoked.`,
};

const hydra: Provider = {
  name: "Ory Hydra",
  map: "hydra",
  page: "hydra",
  isIssuer: (issuer, metadata) => isBelow(issuer, "oryapis.com") || hasPath(metadata, "authorization_endpoint", "/oauth2/auth"),
  tokens: "Access tokens are opaque by default. Set `strategies.access_token` to jwt.",
  pitfalls: [
    "`aud` is empty unless the client is allowed an audience and requests it.",
    "Claims of your consent application are in `ext`. Name the one with roles in the map: `roles`.",
  ],
  signOut: "It sends back-channel logout to the URI that the client names. Its access tokens have no `sid`.",
};

const workos: Provider = {
  name: "WorkOS",
  map: "workos",
  page: "workos",
  isIssuer: (issuer) => isBelow(issuer, "api.workos.com"),
  tokens: "Access tokens are JWTs without `aud`.",
  options: ({ issuer }) => ({
    audience: { absent: "the issuer is that of this application" },
    place: { jwksUrl: `https://api.workos.com/sso/jwks/${pathOf(issuer).split("/").at(-1) ?? ""}` },
  }),
  pitfalls: [
    "Roles and permissions are those in the organisation of the session (`claims.org_id`).",
    "If an administrator impersonates a user, the caller has an `actor`.",
  ],
  signOut: `${untilExpiry} WorkOS calls webhooks when a session is revoked.`,
};

const stytch: Provider = {
  name: "Stytch",
  map: "stytch",
  page: "stytch",
  isIssuer: (issuer) => issuer.startsWith("stytch.com/"),
  tokens: "Session tokens are JWTs. They are valid for five minutes.",
  options: ({ issuer }) => ({ audience: issuer.split("/")[1] ?? "" }),
  mapOptions: granted,
  pitfalls: [
    "The issuer is not a URL: pass `jwksUrl`.",
    "OAuth tokens have the same issuer. They have no session, and are refused.",
    withoutScopes,
  ],
  signOut: "A session token ends after five minutes, so a session that was ended works until then.",
};

/** In the order in which they are tried. */
export const platforms: readonly Provider[] = [
  cloudflareAccess,
  supabase,
  firebase,
  clerk,
  zitadel,
  sap,
  duende,
  workos,
  stytch,
  fusionauth,
  hydra,
];
