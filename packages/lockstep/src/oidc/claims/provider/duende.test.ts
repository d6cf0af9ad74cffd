import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { duende } from "./duende.ts";

const person = {
  iss: "https://login.acme.example",
  nbf: 1_760_000_000,
  iat: 1_760_000_000,
  exp: 1_760_003_600,
  aud: "notes",
  scope: ["openid", "notes.read"],
  amr: ["pwd"],
  client_id: "web",
  sub: "818727",
  auth_time: 1_760_000_000,
  idp: "local",
  role: "editor",
  jti: "J1",
};
const machine = { ...person, sub: undefined, auth_time: undefined, client_id: "nightly", role: undefined, scope: ["notes.read"] };

test("duende reads scopes from a list, and one role or several", () => {
  assert.deepEqual(summary(duende(), person), [`${person.iss}#user:818727`, ["editor"], "openid notes.read"]);
  assert.deepEqual(read(duende(), { ...person, role: ["editor", "admin"] }).roles, ["editor", "admin"]);
  assert.deepEqual(read(duende({ roles: "groups" }), person).roles, []);
});

test("duende names a client, whose token has no sub, by its client_id", () => {
  assert.deepEqual(summary(duende(), machine), [`${person.iss}#client:nightly`, [], "notes.read"]);
  assert.equal(read(duende(), machine).grants.sub, "nightly");
  assert.equal(read(duende(), { ...machine, sub: "nightly" }).kind, "client");
});

test("duende reads the subject that the verifier makes of a client, and no user for one", () => {
  const made = { ...machine, sub: "client:nightly", scope: "notes.read" };
  assert.equal(read(duende(), made).id, read(duende(), machine).id);
  assert.equal(read(duende(), made).grants.sub, "client:nightly");
  assert.equal(read(duende(), { ...person, sub: "818web" }).id, `${person.iss}#user:818web`);
});

refuses(duende(), person, {
  "an ID token": [{ client_id: undefined, at_hash: "h1" }, /"at_hash" must not be there/],
  "a token without a client": [{ client_id: undefined }, /"client_id" is missing/],
  "an empty sub": [{ sub: "" }, /"sub" is not a text of one printable line/],
});
