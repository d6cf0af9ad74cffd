/** More tokens as identity providers write them: those of services and of workloads. */
import type { IssuerCase } from "./real-issuers.fixture.ts";
import * as f from "./token.fixture.ts";

const api = "https://api.example";
const { alg: _rs256, ...rsaWithoutAlg } = f.krJwk;
const { alg: _es256, ...curveWithoutAlg } = f.k1Jwk;
const kubernetes = "https://kubernetes.default.svc.cluster.local";
const github = "https://token.actions.githubusercontent.example";

/** Providers of tokens of services and workloads. */
export const serviceIssuers: Readonly<Record<string, IssuerCase>> = {
  "Cloudflare Access, a service token": {
    options: {
      issuer: "https://acme.cloudflareaccess.example",
      audience: "4714c1358e65fe4b",
      typ: { absent: true },
      withoutSubject: { claim: "common_name", prefix: "service:" },
      requiredClaims: { type: "app" },
    },
    header: {},
    claims: {
      iss: "https://acme.cloudflareaccess.example",
      aud: ["4714c1358e65fe4b"],
      sub: "",
      common_name: "ci.access",
      type: "app",
    },
    reads: { sub: "service:ci.access" },
    misses: {
      "a user whose id begins like a service's": [{ sub: "service:ci.access", common_name: undefined }],
      "a token that names nobody": [{ common_name: undefined }],
      "a token of another application": [{ aud: ["9d2e6b7a8c9d0e1f"] }],
      "a token of the organisation": [{ type: "org" }],
    },
  },
  "SAP XSUAA": {
    options: {
      issuer: "https://acme.authentication.example/oauth/token",
      audience: "notes!t1",
      typ: "JWT",
      extraAudiences: ["openid", "uaa"],
      ignoredHeaders: ["jku"],
      scopeClaim: { list: true, prefix: "notes!t1." },
    },
    header: { typ: "JWT", jku: "https://acme.authentication.example/token_keys", jid: "a" },
    claims: {
      iss: "https://acme.authentication.example/oauth/token",
      sub: "u1",
      aud: ["openid", "uaa", "notes!t1"],
      cid: "sb-notes!t1",
      azp: "sb-notes!t1",
      zid: "zone-1",
      scope: ["openid", "uaa.user", "notes!t1.read", "billing!t2.write"],
      nonce: null,
    },
    reads: { scope: "read" },
    misses: {
      "an address of a certificate in the header": [{}, { x5u: "https://acme.authentication.example/chain" }],
      "a key in the header": [{}, { jwk: f.krJwk }],
      "a token of another application": [{ aud: ["openid", "billing!t2"] }],
    },
  },
  "Duende IdentityServer, a client's token": {
    options: {
      issuer: "https://demo.duende.example",
      audience: "notes",
      typ: "at+jwt",
      scopeClaim: { list: true },
      withoutSubject: { claim: "client_id", prefix: "client:" },
    },
    header: { typ: "at+jwt" },
    claims: {
      iss: "https://demo.duende.example",
      aud: "notes",
      client_id: "job",
      scope: ["notes.read", "notes.write"],
      nbf: f.now,
    },
    reads: { sub: "client:job", scope: "notes.read notes.write" },
    misses: {
      "a token of scopes alone, without an audience": [{ aud: undefined }],
      "the audience of all APIs": [{ aud: "https://demo.duende.example/resources" }],
      "a user called like a client": [{ sub: "client:job" }],
    },
  },
  "Ory Hydra": {
    options: {
      issuer: "https://hydra.example",
      audience: api,
      typ: "JWT",
      scopeClaim: { name: "scp", list: true },
    },
    header: { typ: "JWT" },
    claims: { iss: "https://hydra.example", sub: "u1", aud: [api], client_id: "web", scp: ["notes:read"], ext: { scope: "admin" } },
    reads: { scope: "notes:read" },
    misses: { "the audience that it writes by default": [{ aud: [] }] },
  },
  "LemonLDAP::NG": {
    options: {
      issuer: "https://auth.lemon.example",
      audience: "notes",
      typ: "JWT",
      algorithms: ["RS256", "PS256"],
      keysWithoutAlg: ["RS256"],
      extraAudiences: ["web"],
      withoutSubject: { claim: "client_id", prefix: "client:" },
    },
    header: { typ: "JWT" },
    claims: { iss: "https://auth.lemon.example", sub: null, aud: ["web", "notes"], client_id: "web", scope: "openid" },
    reads: { sub: "client:web" },
    misses: { "an ID token": [{ aud: ["web"] }], "a token for a further API": [{ aud: ["web", "notes", "billing"] }] },
    keys: [rsaWithoutAlg],
  },
  "PingOne, before and after its change": {
    options: { issuer: "https://auth.pingone.example/env/as", audience: api, typ: [{ absent: true }, "at+jwt"] },
    header: {},
    claims: { iss: "https://auth.pingone.example/env/as", sub: "u1", aud: [api], client_id: "web", scope: "notes:read" },
    reads: { sub: "u1" },
    misses: { "a logout token": [{ events: {} }, { typ: "logout+jwt" }], "a token of the type JWT": [{}, { typ: "JWT" }] },
  },
  Kubernetes: {
    options: {
      issuer: kubernetes,
      audience: "notes",
      typ: { absent: true },
      maxLifetimeSeconds: 31_536_000 + 3_607,
      requiredClaims: { sub: ["system:serviceaccount:jobs:nightly"] },
    },
    header: {},
    claims: {
      iss: kubernetes,
      sub: "system:serviceaccount:jobs:nightly",
      aud: ["notes"],
      iat: f.now - 10,
      exp: f.now + 31_536_000,
      "kubernetes.io": { namespace: "jobs", serviceaccount: { name: "nightly" } },
    },
    reads: { sub: "system:serviceaccount:jobs:nightly" },
    misses: {
      "a legacy token, which never ends": [{ exp: undefined, iat: undefined }],
      "another account of the namespace": [{ sub: "system:serviceaccount:jobs:nightly2" }],
      "another namespace": [{ sub: "system:serviceaccount:jobs2:nightly" }],
      "a token for the cluster's own API": [{ aud: [kubernetes] }],
    },
  },
  "GitHub Actions": {
    options: {
      issuer: github,
      audience: api,
      typ: "JWT",
      maxLifetimeSeconds: 900,
      requiredClaims: { repository_owner_id: "65", repository_id: "74", ref: "refs/heads/main", event_name: ["push", "schedule"] },
    },
    header: { typ: "JWT", x5t: "abc" },
    claims: {
      iss: github,
      sub: "repo:octo/notes:ref:refs/heads/main",
      aud: api,
      ref: "refs/heads/main",
      repository_owner_id: "65",
      repository_id: "74",
      event_name: "push",
    },
    reads: { sub: "repo:octo/notes:ref:refs/heads/main" },
    misses: {
      "somebody else's repository of the same name": [{ repository_owner_id: "66" }],
      "a pull request": [{ event_name: "pull_request", ref: "refs/pull/1/merge", sub: "repo:octo/notes:pull_request" }],
      "a branch that begins with ours": [{ ref: "refs/heads/main2" }],
    },
  },
  "SPIFFE, a JWT-SVID": {
    options: {
      issuer: "https://oidc.prod.example",
      audience: "notes",
      typ: ["JWT", "JOSE", { absent: true }],
      algorithms: ["ES256"],
      iat: "optional",
      keyUse: "jwt-svid",
      maxLifetimeSeconds: 3_600,
      requiredClaims: { sub: "spiffe://prod.example/billing" },
    },
    header: {},
    claims: { iss: "https://oidc.prod.example", sub: "spiffe://prod.example/billing", aud: ["notes"], iat: undefined },
    reads: { sub: "spiffe://prod.example/billing", iat: f.now + 300 - 3_600 },
    misses: {
      "a trust domain that begins with ours": [{ sub: "spiffe://prod.example.evil/billing" }],
      "a path with dot segments": [{ sub: "spiffe://prod.example/x/../billing" }],
      capitals: [{ sub: "spiffe://PROD.example/billing" }],
      "a token that ends in a year": [{ exp: f.now + 31_536_000 }],
      "the key of certificates": [{}, { kid: "tls" }],
    },
    keys: [
      { ...curveWithoutAlg, use: "jwt-svid" },
      { ...rsaWithoutAlg, kid: "tls", use: "x509-svid" },
    ],
    alg: "ES256",
  },
  "SPIFFE, a JWT-SVID without iss": {
    options: {
      issuer: "spiffe://prod.example",
      withoutIssuer: "trust-domain",
      audience: "notes",
      typ: ["JWT", "JOSE", { absent: true }],
      algorithms: ["ES256"],
      iat: "optional",
      keyUse: "jwt-svid",
      maxLifetimeSeconds: 3_600,
    },
    header: {},
    claims: { iss: undefined, sub: "spiffe://prod.example/billing", aud: ["notes"], iat: undefined, jti: undefined },
    reads: { iss: "spiffe://prod.example", sub: "spiffe://prod.example/billing" },
    misses: {
      "a trust domain that begins with ours": [{ sub: "spiffe://prod.example.evil/billing" }],
      "an issuer that is not the trust domain": [{ iss: "https://oidc.prod.example" }],
      "no subject": [{ sub: undefined }],
      "the key of certificates": [{}, { kid: "tls" }],
    },
    keys: [
      { ...curveWithoutAlg, use: "jwt-svid" },
      { ...rsaWithoutAlg, kid: "tls", use: "x509-svid" },
    ],
    alg: "ES256",
  },
};
