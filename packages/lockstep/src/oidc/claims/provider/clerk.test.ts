import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { clerk } from "./clerk.ts";

const person = {
  azp: "https://notes.example",
  exp: 1_760_000_060,
  fva: [0, -1],
  iat: 1_760_000_000,
  iss: "https://clerk.notes.example",
  jti: "j-1",
  nbf: 1_759_999_990,
  o: { id: "org_1", rol: "admin", slg: "acme", per: "read", fpm: "1" },
  sid: "sess_1",
  sts: "active",
  sub: "user_1",
  v: 2,
};
const map = clerk({ grants: { admin: ["notes:write"] } });

test("clerk reads the role in the active organisation, of both versions", () => {
  assert.deepEqual(summary(map, person), [`${person.iss}#user:user_1`, ["admin"], "notes:write"]);
  assert.deepEqual(read(map, { ...person, o: undefined, v: undefined, org_id: "org_1", org_role: "org:admin" }).roles, [
    "org:admin",
  ]);
  assert.deepEqual(read(map, { ...person, o: undefined }).roles, []);
  assert.deepEqual([read(map, person).grants.sid, read(map, person).grants.client_id], ["sess_1", "https://notes.example"]);
});

test("clerk tells who acts as the user", () => {
  assert.equal(read(map, person).actor, undefined);
  assert.equal(read(map, { ...person, act: { iss: "https://dashboard.clerk.com", sub: "user_9" } }).actor, "user_9");
});

refuses(map, person, {
  "a session that is not complete": [{ sts: "pending" }, /"sts" has a value that is not accepted/],
  "a token without a session": [{ sid: undefined }, /"sid" is missing .*setting require/],
  "a role that is not a text": [{ o: { rol: { admin: true } } }, /"o" → "rol" is not a list of texts/],
  "an actor without a name": [{ act: { iss: "x" } }, /"act" → "sub" is missing/],
});
