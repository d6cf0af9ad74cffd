import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { supabase } from "./supabase.ts";

const person = {
  iss: "https://abcd.supabase.co/auth/v1",
  aud: "authenticated",
  sub: "3a1f9c2e-0b4d-4c6e-8f70-112233445566",
  exp: 1_760_003_600,
  iat: 1_760_000_000,
  email: "ann@acme.example",
  phone: "",
  app_metadata: { provider: "email", providers: ["email"], roles: ["editor"] },
  user_metadata: { email: "boss@acme.example", email_verified: true, roles: ["admin"] },
  role: "authenticated",
  aal: "aal1",
  amr: [{ method: "password", timestamp: 1_760_000_000 }],
  session_id: "s-1",
  is_anonymous: false,
};
const map = supabase({ roles: "roles", grants: { editor: ["notes:write"] } });

test("supabase reads roles from app_metadata, and the session", () => {
  assert.deepEqual(summary(map, person), [`${person.iss}#user:${person.sub}`, ["editor"], "notes:write"]);
  assert.equal(read(map, person).grants.sid, "s-1");
  assert.deepEqual(read(supabase(), person).roles, []);
});

test("supabase reads nothing from user_metadata, which users edit themselves", () => {
  const edited = { ...person, app_metadata: { provider: "email" } };
  assert.deepEqual(read(map, edited).roles, []);
  assert.equal(read(map, person).email, undefined);
  assert.equal(read(map, { ...person, email_verified: true }).email, undefined);
});

test("supabase reads anonymous users only if asked", () => {
  const anonymous = { ...person, is_anonymous: true, email: "" };
  assert.equal(read(supabase({ anonymous: true }), anonymous).kind, "user");
  assert.equal(read(map, { ...person, is_anonymous: undefined }).kind, "user");
});

refuses(map, person, {
  "an anonymous user": [
    { is_anonymous: true },
    /^the claim "is_anonymous" has a value that is not accepted .*setting anonymous\)$/,
  ],
  "the key anon": [{ role: "anon", sub: undefined, iss: "supabase" }, /"role" has a value that is not accepted/],
  "the key service_role": [{ role: "service_role", sub: undefined }, /"role"/],
  "a token without a subject": [{ sub: undefined }, /"sub" is missing/],
});
