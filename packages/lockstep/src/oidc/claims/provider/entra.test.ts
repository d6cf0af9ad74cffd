import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { entra } from "./entra.ts";

const tid = "6a1f0c0e-3a52-4f0b-9a77-7a2f5a3d9b10";
const oid = "0f6c2c1d-8a8b-4d5e-9d1c-2b8f3f1e7c55";
const iss = `https://login.microsoftonline.com/${tid}/v2.0`;
const group = "b7e4d0aa-0c1f-4a59-8d35-3f2b6c9d1e20";
const person = {
  aud: "2f7c1b9e-5d43-4b8a-a0b4-9c8d7e6f5a41",
  iss,
  iat: 1_760_000_000,
  exp: 1_760_003_600,
  azp: "c3d2e1f0-1111-4222-8333-944455556666",
  azpacr: "0",
  oid,
  rh: "0.AX",
  roles: ["Editor"],
  scp: "Notes.Read Notes.Write",
  sub: "pairwise-V5s",
  tid,
  uti: "kq",
  ver: "2.0",
};
const daemon = { ...person, azpacr: "1", scp: undefined, sub: oid, roles: ["Notes.Read.All"], idtyp: "app" };
const old = {
  ...person,
  iss: `https://sts.windows.net/${tid}/`,
  aud: "api://notes",
  azp: undefined,
  appid: person.azp,
  ver: "1.0",
};

test("entra names a caller by the object in its tenant, not by the pairwise sub", () => {
  assert.deepEqual(summary(entra(), person), [`${iss}#user:${tid}/${oid}`, ["Editor"], "Notes.Read Notes.Write"]);
  const { grants } = read(entra(), person);
  assert.deepEqual([grants.sub, grants.client_id], [person.sub, person.azp]);
});

test("entra reads tokens of version 1", () => {
  assert.deepEqual(summary(entra(), old), [`${old.iss}#user:${tid}/${oid}`, ["Editor"], "Notes.Read Notes.Write"]);
  assert.equal(read(entra(), old).grants.client_id, person.azp);
});

test("entra reads the app roles of a client as its scopes, with and without the claim idtyp", () => {
  const expected = [`${iss}#client:${tid}/${oid}`, ["Notes.Read.All"], "Notes.Read.All"];
  assert.deepEqual(summary(entra(), daemon), expected);
  assert.deepEqual(summary(entra(), { ...daemon, idtyp: undefined }), expected);
});

test("entra takes the same object in two tenants for two people", () => {
  const other = "11111111-3a52-4f0b-9a77-7a2f5a3d9b10";
  const there = { ...person, tid: other, iss: `https://login.microsoftonline.com/${other}/v2.0` };
  assert.notEqual(read(entra(), there).id, read(entra(), person).id);
  assert.notEqual(read(entra(), there).subject, read(entra(), person).subject);
});

test("entra makes roles of the groups that are named, and of none if the token has a link instead", () => {
  const map = entra({ groups: { [group]: "Admin" } });
  const groups = [group, "22222222-0c1f-4a59-8d35-3f2b6c9d1e20", "constructor"];
  assert.deepEqual(read(map, { ...person, groups }).roles, ["Editor", "Admin"]);
  assert.deepEqual(read(entra(), { ...person, groups }).roles, ["Editor"]);
  const _claim_names = { groups: "src1" };
  const _claim_sources = { src1: { endpoint: "https://graph.windows.net/x/getMemberObjects" } };
  assert.deepEqual(read(map, { ...person, _claim_names, _claim_sources }).roles, ["Editor"]);
  assert.deepEqual(read(map, { ...person, groups, _claim_names }).roles, ["Editor"]);
  assert.deepEqual(read(map, { ...person, groups, hasgroups: true }).roles, ["Editor"]);
});

test("entra uses an address only if the owner of its domain was verified", () => {
  const email = "ann@acme.example";
  assert.equal(read(entra(), { ...person, email }).email, undefined);
  assert.equal(read(entra(), { ...person, email, email_verified: true }).email, undefined);
  assert.equal(read(entra(), { ...person, email, xms_edov: true }).email, email);
});

refuses(entra({ groups: { [group]: "Admin" } }), person, {
  "an ID token, also one for the same audience": [{ scp: undefined, azp: undefined, nonce: "n-1" }, /"nonce" must not be there/],
  "an ID token of a sign-in without a nonce": [{ scp: undefined, azp: undefined }, /no rule fits .*setting kind/],
  "an ID token with the hash of an access token": [{ at_hash: "x9" }, /"at_hash" must not be there .*setting idTokens/],
  "a user's token without scopes": [{ scp: undefined }, /no rule fits/],
  "a client's token that says it is a user's": [{ scp: undefined, idtyp: "user", sub: oid }, /no rule fits/],
  "a token without a tenant": [{ tid: undefined }, /"tid" is missing/],
  "the tenant of another issuer": [{ tid: "11111111-3a52-4f0b-9a77-7a2f5a3d9b10" }, /"tid" is missing, or is not the tenant/],
  "a tenant that is only a part of the issuer": [{ tid: "login.microsoftonline.com" }, /"tid"/],
  "a token without an object": [{ oid: undefined }, /"oid" is missing .*setting subject/],
  "an object that looks like a path": [{ oid: "a/b" }, /"oid" contains a slash/],
  "groups that are not a list": [{ groups: { [group]: true } }, /"groups" is not a list of texts/],
});
