import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { cognito } from "./cognito.ts";

const person = {
  sub: "d2a5f8c4-70b1-4e5a-9c2e-0a1b2c3d4e5f",
  "cognito:groups": ["editors"],
  iss: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12",
  version: 2,
  client_id: "4t9web",
  origin_jti: "o-1",
  event_id: "e-1",
  token_use: "access",
  scope: "openid notes/read notes/write billing/read aws.cognito.signin.user.admin",
  auth_time: 1_760_000_000,
  exp: 1_760_003_600,
  iat: 1_760_000_000,
  jti: "t-1",
  username: "ann",
};
const machine = {
  ...person,
  sub: "7k2job",
  client_id: "7k2job",
  username: undefined,
  "cognito:groups": undefined,
  scope: "notes/read",
};

test("cognito reads groups as roles, and the scopes of one resource server", () => {
  const id = `${person.iss}#user:${person.sub}`;
  assert.deepEqual(summary(cognito({ scopePrefix: "notes/" }), person), [id, ["editors"], "read write"]);
  assert.deepEqual(summary(cognito(), person), [id, ["editors"], person.scope]);
  assert.equal(read(cognito(), person).grants.client_id, "4t9web");
});

test("cognito tells a client from a user of the same name", () => {
  const map = cognito({ scopePrefix: "notes/" });
  assert.deepEqual(summary(map, machine), [`${person.iss}#client:7k2job`, [], "read"]);
  assert.equal(read(map, { ...person, sub: "7k2job", client_id: "7k2job" }).kind, "user");
});

refuses(cognito({ scopePrefix: "notes/" }), person, {
  "an ID token": [
    { token_use: "id", aud: "4t9web", client_id: undefined },
    /^the claim "token_use" has a value that is not accepted/,
  ],
  "a token that does not say its use": [{ token_use: undefined }, /"token_use" is missing/],
  "a scope that is only the prefix": [{ scope: "notes/" }, /"scope" is not a text or a list of scopes/],
  "groups that are not a list": [{ "cognito:groups": 5 }, /"cognito:groups" is not a list of texts/],
});
refuses(cognito(), machine, { "a token that is neither a user's nor a client's": [{ client_id: "other1" }, /no rule fits/] });
