import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { google } from "./google.ts";

const person = {
  iss: "https://accounts.google.com",
  azp: "1234.apps.googleusercontent.com",
  aud: "1234.apps.googleusercontent.com",
  sub: "110169484474386276334",
  hd: "acme.example",
  email: "ann@acme.example",
  email_verified: true,
  at_hash: "HK6E",
  nonce: "n-1",
  iat: 1_760_000_000,
  exp: 1_760_003_600,
};
const account = "deployer@acme-prod.iam.gserviceaccount.com";
const robot = { ...person, sub: "20001", hd: undefined, email: account, at_hash: undefined, nonce: undefined };
const map = google({ hd: "acme.example", serviceAccounts: [account], grants: ["notes:read"] });

test("google reads ID tokens of a domain, and grants the scopes that they do not have", () => {
  assert.deepEqual(summary(map, person), [`${person.iss}#user:${person.sub}`, [], "notes:read"]);
  assert.equal(read(map, person).email, "ann@acme.example");
  assert.deepEqual(read(google({ hd: "acme.example" }), person).scopes, []);
});

test("google accepts any account if the setting says so, and one of several domains", () => {
  assert.equal(read(google({ hd: "any" }), { ...person, hd: undefined }).kind, "user");
  assert.equal(read(google({ hd: ["acme.example", "acme.test"] }), { ...person, hd: "acme.test" }).kind, "user");
});

test("google takes service accounts that are named for services", () => {
  assert.deepEqual(summary(map, robot), [`${person.iss}#service:20001`, [], "notes:read"]);
});

refuses(map, person, {
  "another domain": [
    { hd: "acme.example.evil.test" },
    /^the claim "hd" is missing, or is not a domain that may sign in .*setting hd/,
  ],
  "a private account, also one with an address of the domain": [{ hd: undefined }, /"hd"/],
  "a domain in other letters": [{ hd: "ACME.example" }, /"hd"/],
  "a list of domains": [{ hd: ["acme.example"] }, /"hd"/],
});
refuses(map, robot, {
  "a service account of somebody else": [
    { email: "deployer@acme-prod2.iam.gserviceaccount.com" },
    /"email" is not one of these accounts .*serviceAccounts/,
  ],
  "a service account whose address is not verified": [{ email_verified: false }, /"email"/],
});
refuses(google({ hd: "any" }), person, {
  "every service account that is not named, also if any person may call": [{ email: account, hd: undefined }, /"email"/],
});

test("google wants to know whose accounts it should accept", () => {
  // @ts-expect-error Property 'hd' is missing
  assert.throws(() => google({}), { code: "wrong_option", message: /^google\(\): set hd to/ });
  assert.throws(() => google({ hd: [] as never }), { message: /^google\(\): set hd to at least one text/ });
});
