import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { cloudflareAccess } from "./cloudflare-access.ts";

const person = {
  aud: ["32eafc7626e737136a3e20318b28adab"],
  email: "ann@acme.example",
  exp: 1_760_086_400,
  iat: 1_760_000_000,
  nbf: 1_760_000_000,
  iss: "https://acme.cloudflareaccess.com",
  type: "app",
  identity_nonce: "6ei69kawdKzMIAPF",
  sub: "7335d417-61da-459d-899c-0a01c76a2f94",
  country: "DE",
  custom: { groups: ["editors"] },
};
const service = { ...person, email: undefined, custom: undefined, sub: "", common_name: "e367826f93b8d71185e03fe518aff3b4.access" };
const map = cloudflareAccess({ roles: "groups", grants: { editors: ["notes:write", "notes:read"] } });

test("cloudflare-access reads people, with scopes by role and without an address that nobody verified", () => {
  assert.deepEqual(summary(map, person), [`${person.iss}#user:${person.sub}`, ["editors"], "notes:write notes:read"]);
  assert.equal(read(map, { ...person, email_verified: true }).email, undefined);
});

test("cloudflare-access names a service token by its common name, because its sub is empty", () => {
  assert.deepEqual(summary(map, service), [`${person.iss}#service:${service.common_name}`, [], ""]);
  assert.equal(read(map, service).grants.sub, service.common_name);
  assert.equal(read(map, { ...service, sub: undefined }).subject, service.common_name);
  // The verifier makes this of it, with the option `withoutSubject`.
  assert.equal(read(map, { ...service, sub: `service:${service.common_name}` }).id, read(map, service).id);
});

refuses(map, service, {
  "an empty sub without a common name": [{ common_name: undefined }, /no rule fits/],
  "an empty common name": [{ common_name: "" }, /"common_name" is not a text of one printable line .*setting subject/],
});
refuses(map, person, {
  "the token of the organisation's sign-in": [{ type: "org" }, /"type" has a value that is not accepted/],
  "a person who is also a service": [{ common_name: "x.access" }, /no rule fits/],
});
