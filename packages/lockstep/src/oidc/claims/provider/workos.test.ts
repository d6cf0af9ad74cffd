import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { workos } from "./workos.ts";

const person = {
  iss: "https://api.workos.com/user_management/client_01",
  sub: "user_01",
  sid: "session_01",
  org_id: "org_01",
  role: "member",
  roles: ["member", "editor"],
  permissions: ["notes:read", "notes:write"],
  iat: 1_760_000_000,
  exp: 1_760_000_300,
  jti: "j-1",
};
const machine = { ...person, sub: "client_02", sid: undefined, role: undefined, roles: undefined, permissions: undefined };

test("workos reads roles and permissions, and the session", () => {
  assert.deepEqual(summary(workos(), person), [`${person.iss}#user:user_01`, ["member", "editor"], "notes:read notes:write"]);
  assert.equal(read(workos(), person).grants.sid, "session_01");
  assert.deepEqual(summary(workos(), machine), [`${person.iss}#client:client_02`, [], ""]);
});

test("workos tells who impersonates the user", () => {
  assert.equal(read(workos(), { ...person, act: { sub: "admin@acme.example" } }).actor, "admin@acme.example");
});

refuses(workos({ organization: "org_01" }), person, {
  "a session in another organisation": [{ org_id: "org_02" }, /"org_id" has a value that is not accepted .*setting organization/],
  "a session in none": [{ org_id: undefined }, /"org_id" is missing/],
  "a user without a session": [{ sid: undefined }, /no rule fits/],
});
