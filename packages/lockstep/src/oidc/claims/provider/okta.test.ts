import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { okta } from "./okta.ts";

const person = {
  ver: 1,
  jti: "AT.1",
  iss: "https://acme.okta.com/oauth2/aus1",
  aud: "api://notes",
  iat: 1_760_000_000,
  exp: 1_760_003_600,
  cid: "0oaWeb",
  uid: "00uAnn",
  scp: ["openid", "notes:read"],
  auth_time: 1_760_000_000,
  sub: "ann@acme.example",
  groups: ["Everyone", "Editors"],
};
const machine = { ...person, uid: undefined, cid: "0oaJob", sub: "0oaJob", scp: ["notes:read"], groups: undefined };

test("okta names a user by uid, because a sign-in name can become another person's", () => {
  assert.deepEqual(summary(okta({ roles: "groups" }), person), [
    `${person.iss}#user:00uAnn`,
    ["Everyone", "Editors"],
    "openid notes:read",
  ]);
  const renamed = { ...person, sub: "ann.smith@acme.example" };
  assert.equal(read(okta(), renamed).id, read(okta(), person).id);
  assert.notEqual(read(okta(), { ...person, uid: "00uNew" }).id, read(okta(), person).id);
  assert.deepEqual(read(okta(), person).grants.client_id, "0oaWeb");
});

test("okta names a client by cid, and takes no unverified address from sub", () => {
  assert.deepEqual(summary(okta(), machine), [`${person.iss}#client:0oaJob`, [], "notes:read"]);
  assert.equal(read(okta(), person).email, undefined);
});

refuses(okta({ roles: "groups" }), person, {
  "an ID token": [{ cid: undefined, uid: undefined, scp: undefined, sub: "00uAnn" }, /"cid" is missing .*setting require/],
  "an ID token of the implicit flow": [{ nonce: "n-1" }, /"nonce" must not be there/],
  "a user's token without uid": [{ uid: undefined }, /no rule fits/],
  "scopes that are not texts": [{ scp: ["notes:read", null] }, /"scp" is not a text or a list of scopes/],
});
