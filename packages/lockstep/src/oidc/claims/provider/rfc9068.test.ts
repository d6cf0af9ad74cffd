import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { rfc9068 } from "./rfc9068.ts";

const person = {
  iss: "https://login.acme.example",
  sub: "ann",
  aud: "https://notes.example",
  client_id: "web",
  iat: 1_760_000_000,
  exp: 1_760_003_600,
  jti: "j-1",
  scope: "notes:read",
  roles: ["editor"],
};

test("rfc9068 reads the claims of the profile", () => {
  assert.deepEqual(summary(rfc9068(), person), [`${person.iss}#user:ann`, ["editor"], "notes:read"]);
  assert.deepEqual(read(rfc9068({ roles: "groups" }), person).roles, []);
});

test("rfc9068 takes a person and a client of the same name for two callers (RFC 9068 §5)", () => {
  const job = { ...person, sub: "job", client_id: "job" };
  const called = { ...person, sub: "job", client_id: "web" };
  assert.deepEqual([read(rfc9068(), job).id, read(rfc9068(), called).id], [`${person.iss}#client:job`, `${person.iss}#user:job`]);
});

refuses(rfc9068(), person, {
  "a token without a client": [{ client_id: undefined }, /"client_id" is missing/],
  "an ID token": [{ at_hash: "h1" }, /"at_hash" must not be there/],
  "a logout token": [{ events: { "http://schemas.openid.net/event/backchannel-logout": {} } }, /"events" must not be there/],
});
