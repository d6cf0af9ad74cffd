/**
 * Tokens as identity providers write them, with the options that accept them, and tokens that are nearly right. The shapes are
 * those of the providers' documentation; names, ids and keys are ours.
 */
import type { Jwk } from "./jwk.ts";
import * as f from "./token.fixture.ts";
import type { JwtVerifierOptions } from "./verifier-options.ts";

type Members = Readonly<Record<string, unknown>>;

/** One kind of token of a provider. */
export interface IssuerCase {
  readonly options: Partial<JwtVerifierOptions>;
  /** Beside `kid` and `alg`. */
  readonly header: Members;
  /** Beside `iat` and `exp`, if they do not say otherwise. `undefined` leaves one out. */
  readonly claims: Members;
  /** Some claims after verification. */
  readonly reads: Members;
  /** Changes to claims and header, each of which makes it a token that must not pass. */
  readonly misses: Readonly<Record<string, readonly [claims: Members, header?: Members]>>;
  /** Default: an RSA key with `alg` RS256. */
  readonly keys?: readonly Jwk[];
  readonly alg?: "RS256" | "ES256";
}

const api = "https://api.example";
const typed: Members = { typ: "JWT" };
const untyped: Members = {};
const { alg: _rs256, ...rsaWithoutAlg } = f.krJwk;

const keycloak = "https://sso.example/realms/acme";
const entra = "https://login.microsoftonline.example/11111111-2222-3333-4444-555555555555/v2.0";
const auth0 = "https://acme.eu.auth0.example/";
const cognito = "https://cognito-idp.eu-central-1.amazonaws.example/eu-central-1_Ab1";

/** Providers of users' tokens. */
export const signInIssuers: Readonly<Record<string, IssuerCase>> = {
  "oidc-provider (RFC 9068)": {
    options: { issuer: "https://op.example", audience: api, typ: "at+jwt" },
    header: { typ: "at+jwt" },
    claims: { iss: "https://op.example", sub: "alice", aud: api, client_id: "web", jti: "j1", scope: "notes:read" },
    reads: { sub: "alice", scope: "notes:read" },
    misses: {
      "an ID token": [{ aud: "web", nonce: "n", scope: undefined }, { typ: "JWT" }],
      "a logout token": [{ events: {}, sid: "s" }, { typ: "logout+jwt" }],
      "the audience that glewlwyd makes of scopes": [{ aud: "notes:read openid" }],
    },
  },
  Keycloak: {
    options: {
      issuer: keycloak,
      audience: "notes-api",
      typ: "JWT",
      extraAudiences: ["account"],
      authorizedParties: ["web"],
      requiredClaims: { typ: "Bearer" },
    },
    header: typed,
    claims: {
      iss: keycloak,
      sub: "f:8c1f:alice",
      aud: ["notes-api", "account"],
      typ: "Bearer",
      azp: "web",
      sid: "b2f1",
      scope: "openid profile notes:read",
      realm_access: { roles: ["user"] },
      resource_access: { "notes-api": { roles: ["editor"] } },
    },
    reads: { sub: "f:8c1f:alice", scope: "openid profile notes:read" },
    misses: {
      "an ID token, whose header has the same typ": [{ typ: "ID", aud: ["web", "notes-api"] }],
      "an ID token for the audiences of an access token": [{ typ: "ID" }],
      "a refresh token": [{ typ: "Refresh", aud: keycloak, scope: "openid" }],
      "a token of another client": [{ azp: "other" }],
      "a token with the audience of another API": [{ aud: ["notes-api", "billing-api"] }],
      "a lightweight token, which has neither sub nor aud": [{ sub: undefined, aud: undefined }],
      "a token of another realm": [{ iss: "https://sso.example/realms/acme2" }],
    },
  },
  "Keycloak, a client without the scope `basic`": {
    options: { issuer: keycloak, audience: "notes-api", typ: "JWT", withoutSubject: { claim: "azp", prefix: "client:" } },
    header: typed,
    claims: { iss: keycloak, aud: "notes-api", typ: "Bearer", azp: "job", scope: "profile" },
    reads: { sub: "client:job" },
    misses: {
      "a user whose id begins like a client's": [{ sub: "client:job" }],
      "a token that names no client either": [{ azp: undefined }],
    },
  },
  "Microsoft Entra v2": {
    options: {
      issuer: entra,
      audience: "6e74172b-be56-4843-9ff4-e66a39bb12e3",
      typ: "JWT",
      algorithms: ["RS256", "PS256"],
      keysWithoutAlg: ["RS256"],
      scopeClaim: { name: "scp" },
      requiredClaims: { ver: "2.0", tid: "11111111-2222-3333-4444-555555555555" },
    },
    header: { typ: "JWT", x5t: "nOo3ZDrODXEK1jKWhXslHR_KXEg" },
    claims: {
      iss: entra,
      aud: "6e74172b-be56-4843-9ff4-e66a39bb12e3",
      sub: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
      oid: "690222be-ff1a-4d56-abd1-7e4f7d38e474",
      tid: "11111111-2222-3333-4444-555555555555",
      azp: "web",
      scp: "Notes.Read Notes.Write",
      ver: "2.0",
      nbf: f.now - 10,
      _claim_names: { groups: "src1" },
    },
    reads: { scope: "Notes.Read Notes.Write", oid: "690222be-ff1a-4d56-abd1-7e4f7d38e474" },
    misses: {
      "a token of another tenant": [{ tid: "99999999-2222-3333-4444-555555555555", iss: entra.replace("1111", "9999") }],
      "a token whose tenant is not that of its issuer": [{ tid: "99999999-2222-3333-4444-555555555555" }],
      "a token for Microsoft Graph": [{ aud: "00000003-0000-0000-c000-000000000000" }, { nonce: "n" }],
      "a signature of another algorithm of the same key": [{}, { alg: "PS256" }],
    },
    keys: [{ ...rsaWithoutAlg, use: "sig", x5c: ["MIIC"] }],
  },
  "Microsoft Entra v1": {
    options: {
      issuer: "https://sts.windows.example/11111111/",
      audience: "api://notes",
      typ: "JWT",
      scopeClaim: { name: "scp" },
      requiredClaims: { appid: "web" },
    },
    header: { typ: "JWT", x5t: "abc" },
    claims: {
      iss: "https://sts.windows.example/11111111/",
      aud: "api://notes",
      sub: "s",
      appid: "web",
      scp: "Notes.Read",
      ver: "1.0",
    },
    reads: { scope: "Notes.Read" },
    misses: {
      "the issuer without its slash": [{ iss: "https://sts.windows.example/11111111" }],
      "a token of another application": [{ appid: "other" }],
    },
  },
  Auth0: {
    options: { issuer: auth0, audience: api, typ: ["JWT", "at+jwt"], extraAudiences: [`${auth0}userinfo`] },
    header: typed,
    claims: {
      iss: auth0,
      sub: "auth0|5f7c",
      aud: [api, `${auth0}userinfo`],
      azp: "web",
      scope: "openid notes:read",
      permissions: [],
      "https://api.example/roles": ["editor"],
    },
    reads: { sub: "auth0|5f7c", "https://api.example/roles": ["editor"] },
    misses: {
      "an ID token": [{ aud: "web", nonce: "n" }],
      "a token for userinfo alone": [{ aud: [`${auth0}userinfo`] }],
      "a token for another API beside": [{ aud: [api, "https://billing.example"] }],
      "the issuer without its slash": [{ iss: auth0.slice(0, -1) }],
    },
  },
  "Amazon Cognito": {
    options: {
      issuer: cognito,
      audience: { clientId: ["1example23456789"] },
      typ: { absent: true },
      scopeClaim: { prefix: "notes/" },
      requiredClaims: { token_use: "access" },
    },
    header: untyped,
    claims: {
      iss: cognito,
      sub: "aaaaaaaa-bbbb-cccc-dddd-example",
      client_id: "1example23456789",
      token_use: "access",
      scope: "openid notes/read",
      username: "alice",
      "cognito:groups": ["editors"],
      version: 2,
    },
    reads: { scope: "read", "cognito:groups": ["editors"] },
    misses: {
      "an ID token": [{ aud: "1example23456789", client_id: undefined, token_use: "id" }],
      "an ID token that names the client": [{ aud: "1example23456789", token_use: "id" }],
      "a token of another client of the pool": [{ client_id: "9other" }],
      "a token of another pool": [{ iss: `${cognito}2` }],
    },
  },
  Okta: {
    options: {
      issuer: "https://acme.okta.example/oauth2/aus1",
      audience: "api://notes",
      typ: { absent: true },
      scopeClaim: { name: "scp", list: true },
    },
    header: untyped,
    claims: {
      iss: "https://acme.okta.example/oauth2/aus1",
      ver: 1,
      sub: "alice@acme.example",
      uid: "00u1",
      cid: "0oa1",
      aud: "api://notes",
      scp: ["notes:read", "openid"],
    },
    reads: { scope: "notes:read openid", uid: "00u1" },
    misses: {
      "a token of the organisation's server": [{ iss: "https://acme.okta.example", aud: "https://acme.okta.example" }],
      "a scope with a space in it": [{ scp: ["notes:read admin"] }],
    },
  },
  "Google, ID tokens": {
    options: {
      issuer: "https://accounts.google.example",
      audience: "1.apps.googleusercontent.example",
      typ: "JWT",
      authorizedParties: ["1.apps.googleusercontent.example"],
      requiredClaims: { hd: "acme.example" },
    },
    header: typed,
    claims: {
      iss: "https://accounts.google.example",
      sub: "110169484474386276334",
      aud: "1.apps.googleusercontent.example",
      azp: "1.apps.googleusercontent.example",
      hd: "acme.example",
      email_verified: true,
    },
    reads: { sub: "110169484474386276334" },
    misses: {
      "a private account": [{ hd: undefined }],
      "an account of another domain": [{ hd: "acme.example.evil" }],
      "a token of another application": [{ aud: "2.apps.googleusercontent.example" }],
    },
  },
  Zitadel: {
    options: { issuer: "https://id.example", audience: "project-1", typ: "at+jwt", extraAudiences: ["client-1", "client-2"] },
    header: { typ: "at+jwt" },
    claims: {
      iss: "https://id.example",
      sub: "u1",
      aud: ["client-1", "client-2", "project-1"],
      "urn:zitadel:iam:org:project:roles": { editor: { org1: "acme.example" } },
    },
    reads: { sub: "u1" },
    misses: { "a client that nobody named": [{ aud: ["client-3", "project-1"] }], "another project": [{ aud: ["client-1"] }] },
  },
  FusionAuth: {
    options: { issuer: "acme.example", audience: "app-1", typ: "JWT", requiredClaims: { tid: "tenant-1" } },
    header: typed,
    claims: { iss: "acme.example", sub: "u1", aud: "app-1", applicationId: "app-1", tid: "tenant-1", roles: ["user"] },
    reads: { sub: "u1" },
    misses: { "another tenant": [{ tid: "tenant-2" }], "an issuer that begins with ours": [{ iss: "acme.example.evil" }] },
  },
};
