import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { hydra } from "./hydra.ts";

const person = {
  aud: ["notes"],
  client_id: "web",
  exp: 1_760_003_600,
  ext: { roles: ["editor"] },
  iat: 1_760_000_000,
  iss: "https://login.acme.example",
  jti: "j-1",
  nbf: 1_760_000_000,
  roles: ["admin"],
  scp: ["openid", "notes:read"],
  sub: "ann",
};

test("hydra reads scopes from scp, and roles from ext", () => {
  assert.deepEqual(summary(hydra({ roles: "roles" }), person), [`${person.iss}#user:ann`, ["editor"], "openid notes:read"]);
  assert.deepEqual(read(hydra(), person).roles, []);
});

test("hydra tells a client from a person of the same name", () => {
  assert.equal(read(hydra(), { ...person, sub: "web" }).id, `${person.iss}#client:web`);
  assert.equal(read(hydra(), { ...person, sub: "web", client_id: "other" }).id, `${person.iss}#user:web`);
});

refuses(hydra({ roles: "roles" }), person, {
  "an ID token": [{ client_id: undefined, scp: undefined, at_hash: "h1" }, /"at_hash" must not be there/],
  "a token without a client": [{ client_id: undefined }, /"client_id" is missing/],
  "a token without scopes": [{ scp: undefined }, /"scp" is missing/],
  "an ext that is not an object": [{ ext: "all" }, /"ext" → "roles" is inside something that is not an object/],
});
