import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refusal, refuses, summary } from "../map.fixture.ts";
import { firebase } from "./firebase.ts";

const person = {
  iss: "https://securetoken.google.com/notes-prod",
  aud: "notes-prod",
  auth_time: 1_760_000_000,
  user_id: "q8VfAnn",
  sub: "q8VfAnn",
  iat: 1_760_000_000,
  exp: 1_760_003_600,
  email: "ann@acme.example",
  email_verified: true,
  role: "editor",
  firebase: { identities: { email: ["ann@acme.example"] }, sign_in_provider: "password" },
};
const map = firebase({ roles: "role", grants: { editor: ["notes:write"] } });

test("firebase reads a custom claim as the role, and the verified address", () => {
  assert.deepEqual(summary(map, person), [`${person.iss}#user:q8VfAnn`, ["editor"], "notes:write"]);
  assert.equal(read(map, person).email, "ann@acme.example");
  assert.equal(read(map, { ...person, email_verified: false }).email, undefined);
});

test("firebase reads anonymous users only if asked, and the users of one tenant only", () => {
  const anonymous = { ...person, firebase: { identities: {}, sign_in_provider: "anonymous" } };
  assert.equal(read(firebase({ anonymous: true }), anonymous).kind, "user");
  const tenant = { ...person, firebase: { ...person.firebase, tenant: "acme-1" } };
  assert.equal(read(firebase({ tenant: "acme-1" }), tenant).subject, "q8VfAnn");
  assert.match(refusal(firebase({ tenant: "acme-2" }), tenant), /"firebase" → "tenant" has a value .*setting tenant/);
  assert.match(refusal(firebase({ tenant: "acme-1" }), person), /"firebase" → "tenant" is missing/);
});

refuses(map, person, {
  "an anonymous user": [
    { firebase: { sign_in_provider: "anonymous" } },
    /"sign_in_provider" has a value that is not accepted .*setting anonymous/,
  ],
  "a user of a tenant": [{ firebase: { ...person.firebase, tenant: "acme-1" } }, /"firebase" → "tenant" must not be there/],
  "a token that is not of Firebase": [{ firebase: undefined }, /"firebase" → "sign_in_provider" is missing/],
});
