/** More tokens as identity providers write them: those of platforms whose tokens a browser holds. */
import type { IssuerCase } from "./real-issuers.fixture.ts";
import * as f from "./token.fixture.ts";

/** Platforms whose tokens a browser holds. */
export const platformIssuers: Readonly<Record<string, IssuerCase>> = {
  Clerk: {
    options: {
      issuer: "https://clerk.acme.example",
      audience: { absent: "the keys are those of our instance" },
      typ: "JWT",
      authorizedParties: ["https://app.acme.example", { absent: true }],
      maxLifetimeSeconds: 60,
    },
    header: { typ: "JWT", cat: "cl_B7d4PD111AAA" },
    claims: {
      iss: "https://clerk.acme.example",
      sub: "user_2",
      azp: "https://app.acme.example",
      sid: "sess_1",
      exp: f.now + 50,
      iat: f.now - 10,
      nbf: f.now - 20,
      o: { id: "org_1", rol: "admin" },
    },
    reads: { sub: "user_2", sid: "sess_1" },
    misses: {
      "an origin that begins with ours": [{ azp: "https://app.acme.example.evil" }],
      "a token for an audience": [{ aud: "convex" }],
      "a token for longer than a minute": [{ exp: f.now + 51 }],
    },
  },
  WorkOS: {
    options: {
      issuer: "https://api.workos.example/user_management/client_1",
      audience: { absent: "the issuer is that of our client" },
      typ: { absent: true },
      requiredClaims: { org_id: "org_1" },
    },
    header: {},
    claims: {
      iss: "https://api.workos.example/user_management/client_1",
      sub: "user_1",
      sid: "session_1",
      org_id: "org_1",
      role: "member",
      permissions: ["notes:read"],
      act: { sub: "admin@acme.example" },
    },
    reads: { sub: "user_1", act: { sub: "admin@acme.example" } },
    misses: {
      "a token of another client": [{ iss: "https://api.workos.example/user_management/client_2" }],
      "another organisation": [{ org_id: "org_2" }],
      "no organisation": [{ org_id: undefined }],
    },
  },
  Supabase: {
    options: {
      issuer: "https://p1.supabase.example/auth/v1",
      audience: "authenticated",
      typ: "JWT",
      algorithms: ["ES256"],
      requiredClaims: { role: "authenticated" },
    },
    header: { typ: "JWT" },
    claims: {
      iss: "https://p1.supabase.example/auth/v1",
      sub: "u1",
      aud: "authenticated",
      role: "authenticated",
      session_id: "s1",
      is_anonymous: false,
      user_metadata: { roles: ["admin"] },
    },
    reads: { sub: "u1" },
    misses: {
      "another project": [{ iss: "https://p2.supabase.example/auth/v1" }],
      "the key of the service": [{ role: "service_role", aud: undefined, sub: undefined }],
    },
    keys: [f.k1Jwk],
    alg: "ES256",
  },
  Firebase: {
    options: { issuer: "https://securetoken.google.example/p1", audience: "p1", typ: "JWT" },
    header: { typ: "JWT" },
    claims: {
      iss: "https://securetoken.google.example/p1",
      sub: "u1",
      aud: "p1",
      user_id: "u1",
      firebase: { sign_in_provider: "password" },
    },
    reads: { sub: "u1" },
    misses: {
      "a session cookie": [{ iss: "https://session.firebase.google.example/p1" }],
      "another project": [{ iss: "https://securetoken.google.example/p2", aud: "p2" }],
    },
  },
  Stytch: {
    options: { issuer: "stytch.example/project-1", audience: "project-1", typ: "JWT", maxLifetimeSeconds: 300 },
    header: { typ: "JWT" },
    claims: {
      iss: "stytch.example/project-1",
      sub: "user-1",
      aud: ["project-1"],
      iat: f.now,
      nbf: f.now,
      "https://stytch.com/session": { id: "session-1" },
    },
    reads: { sub: "user-1" },
    misses: {
      "another project": [{ iss: "stytch.example/project-2" }],
      "an issuer with a scheme": [{ iss: "https://stytch.example/project-1" }],
    },
  },
};
