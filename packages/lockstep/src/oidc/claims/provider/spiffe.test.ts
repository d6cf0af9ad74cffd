import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { spiffe, type SpiffeRule } from "./spiffe.ts";

const svid = { sub: "spiffe://prod.example/ns/prod/sa/billing", aud: ["notes"], exp: 1_760_000_300 };
const rule = { path: "/ns/prod/sa/billing", roles: ["reader"], scopes: ["notes:read"] };
const map = spiffe({ trustDomain: "prod.example", allow: [rule] });

test("spiffe: a workload is a service of its trust domain, also without iss", () => {
  const expected = [`spiffe://prod.example#service:${svid.sub}`, ["reader"], "notes:read"];
  assert.deepEqual(summary(map, svid), expected);
  assert.deepEqual(summary(map, { ...svid, iss: "https://spire.prod.example" }), expected);
  assert.equal(read(map, svid).issuer, "spiffe://prod.example");
});

const domain = /^the claim "sub" is not of this trust domain \(claims map spiffe, setting trustDomain\)$/;
const invalid = /^the claim "sub" is not a valid SPIFFE ID/;
const none = /^the claim "sub" is not a workload that spiffe\(\) allows/;
const of = (sub: string | undefined): { readonly sub: string | undefined } => ({ sub });

refuses(map, svid, {
  "a trust domain that begins like ours": [of("spiffe://prod.example.evil.test/ns/prod/sa/billing"), domain],
  "a trust domain that ends like ours": [of("spiffe://evil-prod.example/ns/prod/sa/billing"), domain],
  "a trust domain in capitals": [of("spiffe://PROD.example/ns/prod/sa/billing"), domain],
  "a trust domain with a port": [of("spiffe://prod.example:443/ns/prod/sa/billing"), domain],
  "a user before the trust domain": [of("spiffe://prod.example@evil.test/ns/prod/sa/billing"), domain],
  "a scheme in capitals": [of("SPIFFE://prod.example/ns/prod/sa/billing"), domain],
  "another scheme": [of("https://prod.example/ns/prod/sa/billing"), domain],
  "the trust domain alone": [of("spiffe://prod.example"), domain],
  "an empty path": [of("spiffe://prod.example/"), invalid],
  "a dot segment": [of("spiffe://prod.example/ns/prod/sa/x/../billing"), invalid],
  "a segment of one dot": [of("spiffe://prod.example/ns/prod/./sa/billing"), invalid],
  "an empty segment": [of("spiffe://prod.example//ns/prod/sa/billing"), invalid],
  "a slash at the end": [of("spiffe://prod.example/ns/prod/sa/billing/"), invalid],
  "an escaped character": [of("spiffe://prod.example/ns/prod/sa/bill%69ng"), invalid],
  "a query": [of("spiffe://prod.example/ns/prod/sa/billing?x=1"), invalid],
  "a fragment": [of("spiffe://prod.example/ns/prod/sa/billing#x"), invalid],
  "a path that begins like ours": [of("spiffe://prod.example/ns/prod/sa/billing2"), none],
  "a path below ours": [of("spiffe://prod.example/ns/prod/sa/billing/x"), none],
  "a path above ours": [of("spiffe://prod.example/ns/prod/sa"), none],
  "a path in capitals": [of("spiffe://prod.example/ns/prod/sa/Billing"), none],
  "no subject": [of(undefined), /"sub" is missing/],
});

test("spiffe: conditions have to be stated, in full and without patterns", () => {
  const make = (trustDomain: unknown, ...allow: readonly object[]): unknown =>
    spiffe({ trustDomain: trustDomain as string, allow: allow as unknown as [SpiffeRule] });
  assert.ok(make("prod.example", rule));
  for (const wrong of [undefined, "", "PROD.example", "spiffe://prod.example", "*.example", "prod.example/"]) {
    assert.throws(() => make(wrong, rule), { code: "wrong_option", message: /^spiffe\(\): set trustDomain to one exact name/ });
  }
  for (const path of [undefined, "", "/", "ns/prod", "/ns/*", "/ns/prod/", "/ns/../prod", "/ns//prod"]) {
    assert.throws(() => make("prod.example", { path }), {
      code: "wrong_option",
      message: /^spiffe\(\): allow: set path to a whole path/,
    });
  }
  assert.throws(() => make("prod.example"), { code: "wrong_option", message: /^spiffe\(\): set allow to a list/ });
});
