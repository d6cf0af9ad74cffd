import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { sap } from "./sap.ts";

const person = {
  jti: "j1",
  sub: "b1c2d3e4-0000-4000-8000-000000000001",
  user_id: "b1c2d3e4-0000-4000-8000-000000000001",
  user_name: "ann@acme.example",
  email: "ann@acme.example",
  iss: "https://acme.authentication.eu10.hana.ondemand.com/oauth/token",
  zid: "9a8b7c6d",
  client_id: "sb-notes!t123",
  cid: "sb-notes!t123",
  azp: "sb-notes!t123",
  grant_type: "authorization_code",
  scope: ["openid", "notes!t123.Read", "notes!t123.Write", "billing!t7.Admin", "notes!t1234.Admin"],
  aud: ["notes!t123", "billing!t7", "openid"],
  iat: 1_760_000_000,
  exp: 1_760_043_200,
};
const machine = {
  ...person,
  sub: "sb-notes!t123",
  user_id: undefined,
  grant_type: "client_credentials",
  scope: ["notes!t123.Read"],
};
const map = sap({ application: "notes!t123" });

test("sap reads the scopes of one application, without its name", () => {
  assert.deepEqual(summary(map, person), [`${person.iss}#user:${person.user_id}`, [], "Read Write"]);
  assert.deepEqual(read(sap({ application: "billing!t7" }), person).scopes, ["Admin"]);
});

test("sap tells clients from users", () => {
  assert.deepEqual(summary(map, machine), [`${person.iss}#client:sb-notes!t123`, [], "Read"]);
  assert.equal(read(map, { ...machine, grant_type: "client_x509" }).kind, "client");
});

refuses(map, person, {
  "an ID token": [{ scope: undefined, grant_type: undefined, nonce: "n-1" }, /"grant_type" is missing/],
  "a refresh token": [{ scope: undefined }, /"scope" is missing/],
  "a user without an id": [{ user_id: undefined }, /"user_id" is missing .*setting subject/],
});

test("sap wants the name of the application without the dot after it", () => {
  assert.throws(() => sap({ application: "notes!t123." }), { code: "wrong_option", message: /^sap\(\): set application/ });
  // @ts-expect-error Property 'application' is missing
  assert.throws(() => sap({}), { code: "wrong_option", message: /^sap\(\): set application/ });
});
