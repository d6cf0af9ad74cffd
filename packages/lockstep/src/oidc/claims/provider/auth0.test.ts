import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { auth0 } from "./auth0.ts";

const claim = "https://notes.example/roles";
const person = {
  iss: "https://acme.eu.auth0.com/",
  sub: "auth0|66f1c2",
  aud: ["https://notes.example/api", "https://acme.eu.auth0.com/userinfo"],
  iat: 1_760_000_000,
  exp: 1_760_086_400,
  azp: "Wq7nS",
  scope: "openid profile notes:read",
  permissions: ["notes:read", "notes:write"],
  [claim]: ["editor"],
};
const machine = { ...person, sub: "mC1@clients", azp: "mC1", gty: "client-credentials", scope: "notes:read", [claim]: undefined };

test("auth0 reads scopes, and roles from a claim whose name is a URL", () => {
  const id = `${person.iss}#user:auth0|66f1c2`;
  assert.deepEqual(summary(auth0({ roles: claim }), person), [id, ["editor"], "openid profile notes:read"]);
  assert.deepEqual(summary(auth0(), person), [id, [], "openid profile notes:read"]);
});

test("auth0 reads permissions as scopes if asked", () => {
  assert.deepEqual(read(auth0({ permissions: true }), person).scopes, ["notes:read", "notes:write"]);
  assert.deepEqual(read(auth0({ permissions: true }), { ...person, permissions: undefined }).scopes, []);
});

test("auth0 does not split the name of a claim at its dots", () => {
  const nested = { ...person, [claim]: undefined, "https://notes": { "example/roles": ["editor"] } };
  assert.deepEqual(read(auth0({ roles: claim }), nested).roles, []);
});

test("auth0 tells clients from people, in both profiles", () => {
  assert.deepEqual(summary(auth0(), machine), [`${person.iss}#client:mC1@clients`, [], "notes:read"]);
  assert.equal(read(auth0(), { ...machine, gty: undefined, azp: undefined, client_id: "mC1", jti: "t" }).kind, "client");
  assert.equal(read(auth0(), { ...person, azp: undefined, client_id: "Wq7nS", jti: "t" }).kind, "user");
  assert.equal(read(auth0(), { ...person, sub: "auth0|x@clients" }).kind, "user");
});

refuses(auth0({ roles: claim }), person, {
  "an ID token": [{ azp: undefined, scope: undefined, nonce: "n-1" }, /"nonce" must not be there/],
  "an ID token without a nonce": [{ azp: undefined, scope: undefined }, /no rule fits/],
  "roles that are not texts": [{ [claim]: [{ name: "editor" }] }, /"https:\/\/notes\.example\/roles" is not a list of texts/],
});

test("auth0 takes no roles from metadata that users edit", () => {
  assert.throws(() => auth0({ roles: "user_metadata" }), {
    code: "wrong_option",
    message: /^auth0\(\): roles: set roles to a claim that only you can change/,
  });
  assert.ok(auth0({ roles: claim }));
});
