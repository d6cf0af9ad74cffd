import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { zitadel } from "./zitadel.ts";

const roles = "urn:zitadel:iam:org:project:2801:roles";
const person = {
  iss: "https://acme.zitadel.cloud",
  sub: "163840776835432705",
  aud: ["2802@notes", "2803@notes", "2801"],
  exp: 1_760_043_200,
  iat: 1_760_000_000,
  nbf: 1_760_000_000,
  client_id: "2802@notes",
  jti: "j-1",
  [roles]: { editor: { "3001": "acme.zitadel.cloud" }, admin: { "3002": "other.zitadel.cloud" } },
};
const grants = { editor: ["notes:write"] };

test("zitadel reads roles from the names of an object, and grants scopes by role", () => {
  assert.deepEqual(summary(zitadel({ project: "2801", grants }), person), [
    `${person.iss}#user:${person.sub}`,
    ["editor", "admin"],
    "notes:write",
  ]);
});

test("zitadel reads the roles of one project, and of one organisation if asked", () => {
  assert.deepEqual(read(zitadel({ project: "2899" }), person).roles, []);
  assert.deepEqual(read(zitadel({ project: "2801", organization: "3001" }), person).roles, ["editor"]);
  assert.deepEqual(read(zitadel({ project: "2801", organization: "constructor" }), person).roles, []);
});

refuses(zitadel({ project: "2801", grants }), person, {
  "an ID token": [{ at_hash: "x1", jti: undefined }, /"at_hash" must not be there/],
  "a token without an id": [{ jti: undefined }, /"jti" is missing/],
  "roles that are not an object": [{ [roles]: ["editor"] }, /:roles" is not an object .*setting roles/],
});
