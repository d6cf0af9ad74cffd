import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { keycloak } from "./keycloak.ts";

const person = {
  iss: "https://login.acme.example/realms/acme",
  sub: "9c2f1a44-6f0e-4a6e-8c1b-1f6f0f5f7a11",
  aud: ["notes", "account"],
  exp: 1_760_000_300,
  iat: 1_760_000_000,
  jti: "onrtac:0b1f",
  typ: "Bearer",
  azp: "notes-web",
  sid: "5c1a",
  acr: "1",
  "allowed-origins": ["https://notes.acme.example"],
  realm_access: { roles: ["offline_access", "uma_authorization", "staff"] },
  resource_access: { notes: { roles: ["editor"] }, account: { roles: ["manage-account"] } },
  scope: "openid notes:read notes:write",
  email_verified: true,
  email: "ann@acme.example",
  preferred_username: "ann",
};
const job = {
  ...person,
  sub: "1d3b",
  sid: undefined,
  azp: "nightly",
  client_id: "nightly",
  clientHost: "192.0.2.7",
  preferred_username: "service-account-nightly",
  email_verified: false,
  scope: "notes:read",
};

test("keycloak reads the roles of one client, the scopes and the verified address", () => {
  assert.deepEqual(read(keycloak({ client: "notes" }), person), {
    id: `${person.iss}#user:${person.sub}`,
    issuer: person.iss,
    kind: "user",
    subject: person.sub,
    roles: ["editor"],
    scopes: ["openid", "notes:read", "notes:write"],
    email: "ann@acme.example",
    grants: {
      sub: person.sub,
      scope: "openid notes:read notes:write",
      exp: person.exp,
      jti: person.jti,
      sid: person.sid,
      client_id: "notes-web",
      acr: "1",
    },
  });
});

test("keycloak reads the roles of the realm only if asked, and no client's without its name", () => {
  assert.deepEqual(read(keycloak({ client: "notes", realmRoles: true }), person).roles, [
    "editor",
    "offline_access",
    "uma_authorization",
    "staff",
  ]);
  assert.deepEqual(read(keycloak(), person).roles, []);
  assert.deepEqual(read(keycloak({ client: "note" }), person).roles, []);
  assert.deepEqual(read(keycloak({ client: "notes" }), { ...person, resource_access: undefined }).roles, []);
});

test("keycloak tells service accounts from users, also from one who is called like one", () => {
  assert.deepEqual(summary(keycloak(), job), [`${person.iss}#client:1d3b`, [], "notes:read"]);
  assert.equal(read(keycloak(), { ...job, client_id: undefined, clientId: "nightly" }).kind, "client");
  assert.equal(read(keycloak(), { ...person, preferred_username: "service-account-nightly" }).kind, "user");
  assert.equal(read(keycloak(), { ...person, client_id: "notes-web" }).kind, "user");
});

test("keycloak leaves out an address that was not verified", () => {
  assert.equal(read(keycloak(), { ...person, email_verified: false }).email, undefined);
  assert.equal(read(keycloak(), { ...person, email_verified: "true" }).email, undefined);
});

refuses(keycloak({ client: "notes", realmRoles: true }), person, {
  "an ID token, whose header has the same typ": [{ typ: "ID" }, /^the claim "typ" has a value that is not accepted/],
  "a refresh token": [{ typ: "Refresh" }, /"typ" has a value that is not accepted \(claims map keycloak, setting require\)$/],
  "an offline token": [{ typ: "Offline" }, /"typ"/],
  "a logout token": [{ typ: "Logout" }, /"typ"/],
  "a token without a type": [{ typ: undefined }, /"typ" is missing/],
  "a lightweight token without a subject": [
    { sub: undefined },
    /^the claim "sub" is missing \(claims map keycloak, setting subject\)$/,
  ],
  "roles that are not a list": [{ realm_access: { roles: { staff: true } } }, /"realm_access" → "roles" is not a list of texts/],
  "roles that are not texts": [{ resource_access: { notes: { roles: ["editor", 7] } } }, /"resource_access" → "notes" → "roles"/],
  "access that is not an object": [{ resource_access: "all of them" }, /is inside something that is not an object .*setting roles/],
  "scopes that are not scopes": [{ scope: 'notes:"all"' }, /"scope" is not a text or a list of scopes .*setting scopes/],
});
