import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { fusionauth } from "./fusionauth.ts";

const person = {
  aud: "85a03867-dccf-4882-adde-1a79aeec50df",
  exp: 1_760_003_600,
  iat: 1_760_000_000,
  iss: "acme.com",
  sub: "00000000-0000-0001-0000-000000000000",
  jti: "3dd6434d",
  authenticationType: "PASSWORD",
  tty: "at",
  email: "ann@acme.example",
  email_verified: true,
  applicationId: "85a03867-dccf-4882-adde-1a79aeec50df",
  roles: ["editor"],
  scope: "notes:read",
  tid: "30663132",
};

test("fusionauth reads roles and scopes, also of an issuer that is not a URL", () => {
  assert.deepEqual(summary(fusionauth(), person), [`acme.com#user:${person.sub}`, ["editor"], "notes:read"]);
  assert.equal(read(fusionauth(), person).email, "ann@acme.example");
  assert.deepEqual(read(fusionauth({ grants: { editor: ["notes:write"] } }), person).scopes, ["notes:write"]);
});

refuses(fusionauth(), person, {
  "a user who is not registered with the application": [
    { applicationId: undefined, roles: undefined },
    /"applicationId" is missing/,
  ],
  "an ID token": [{ tty: "id" }, /"tty" has a value that is not accepted/],
  "an ID token of an older version": [{ tty: undefined, at_hash: "h1" }, /"at_hash" must not be there/],
});
