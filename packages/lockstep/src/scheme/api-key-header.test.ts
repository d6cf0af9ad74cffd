import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKeyCookie } from "./api-key-cookie.ts";
import { apiKeyHeader } from "./api-key-header.ts";
import { apiKeyQuery } from "./api-key-query.ts";
import type { Scheme } from "./scheme.ts";
import { definitionOf, found } from "./source.fixture.ts";

const key = apiKeyHeader({ name: "X-API-Key" });
const definition = definitionOf(key);
const sent = (value: string | readonly string[]) => found(key, { headers: { "x-api-key": value } });

test("returns the key as it was sent", () => {
  assert.deepEqual(sent("ls_live_3f_Zx9-secret"), { found: "ls_live_3f_Zx9-secret" });
  assert.deepEqual(sent("!~=;\"'"), { found: "!~=;\"'" });
});

test("is absent without the header and where it is empty", () => {
  assert.equal(found(key, {}), "absent");
  assert.equal(sent(""), "absent");
});

test("reads no other place (H-07, K-04)", () => {
  assert.equal(
    found(key, { query: "X-API-Key=K&x-api-key=K", headers: { authorization: "Bearer K", cookie: "X-API-Key=K" } }),
    "absent",
  );
});

test("refuses the header sent twice, also if a proxy or a fetch host joined the two (RFC 9110 §5.3)", () => {
  for (const value of [
    ["GOOD", "BAD"],
    ["BAD", "GOOD"],
    ["GOOD", "GOOD"],
    ["", "GOOD"],
    "GOOD, BAD",
    "GOOD,BAD",
    ", GOOD",
    ["GOOD, BAD", "GOOD"],
  ]) {
    assert.equal(sent(value), "!repeated", String(value));
  }
});

test("refuses characters that are not visible ASCII (H-10, K-13)", () => {
  for (const value of ["a b", " a", "a ", "a\t", "a\0", "a\n", "a\u007f", "é", "ｋ", "🔑", "Bearer K"]) {
    assert.equal(sent(value), "!invalid", JSON.stringify(value));
  }
});

test("reads as much as `maxCredentialBytes` says, also from a cookie and the query", () => {
  const maxCredentialBytes = 20_000;
  const places = [
    [
      apiKeyHeader({ name: "Cf-Access-Jwt-Assertion", maxCredentialBytes }),
      (value: string) => ({ headers: { "cf-access-jwt-assertion": value } }),
    ],
    [apiKeyCookie({ name: "t", maxCredentialBytes }), (value: string) => ({ headers: { cookie: `t=${value}` } })],
    [apiKeyQuery({ name: "t", unsafeInUrl: true, maxCredentialBytes }), (value: string) => ({ query: `t=${value}` })],
  ] as const;
  for (const [scheme, raw] of places) {
    assert.deepEqual(found(scheme, raw("a".repeat(20_000))), { found: "a".repeat(20_000) });
    assert.equal(found(scheme, raw("a".repeat(20_001))), "!invalid");
  }
});

test("reads a key of 16 KiB and refuses a longer one (K-16)", () => {
  assert.deepEqual(sent("a".repeat(16_384)), { found: "a".repeat(16_384) });
  assert.equal(sent("a".repeat(16_385)), "!invalid");
  assert.equal(sent("a".repeat(1_048_576)), "!invalid");
});

test("challenges with where the key belongs (RFC 9110 §11.6.1)", () => {
  assert.equal(definition.challenge({ realm: "Notes" }), 'ApiKey realm="Notes", in="header", name="X-API-Key"');
  assert.equal(
    definition.challenge({ realm: 'a "b"', error: "invalid_token" }),
    String.raw`ApiKey realm="a \"b\"", in="header", name="X-API-Key"`,
  );
});

test("declares its scopes in its type and on its node", () => {
  const scoped = apiKeyHeader({ name: "X-API-Key", scopes: { "data:read": "Read data" } });
  scoped satisfies Scheme<string, "data:read">;
  key satisfies Scheme<string>;
  assert.deepEqual(scoped["~dep"].facts, new Set(["credential", "scope:data:read"]));
  assert.equal(definition.ambient, false);
});

test("does not build for Authorization and Cookie, and says which scheme to use", () => {
  for (const name of ["Authorization", "authorization", "AUTHORIZATION"]) {
    assert.throws(() => apiKeyHeader({ name }), { name: "BuildError", code: "wrong_scheme", message: /httpBearer\(\)/ });
  }
  assert.throws(() => apiKeyHeader({ name: "Cookie" }), { name: "BuildError", code: "wrong_scheme", message: /apiKeyCookie/ });
});

test("does not build with a name or a scope that cannot be written", () => {
  for (const name of ["", "X API Key", "X-Key:", "X-Kéy", "X-Key\r\n"])
    assert.throws(() => apiKeyHeader({ name }), { code: "wrong_scheme" }, name);
  assert.throws(() => apiKeyHeader({ name: "X-API-Key", schemeName: "a b" }), { code: "wrong_scheme" });
  assert.throws(() => apiKeyHeader({ name: "X-API-Key", scopes: { "a b": "" } }), { code: "wrong_scheme" });
});

test("OpenAPI", () => {
  assert.equal(definition.name, "APIKeyHeader");
  assert.deepEqual(definition.openapi, { type: "apiKey", in: "header", name: "X-API-Key" });
  const told = definitionOf(apiKeyHeader({ name: "X-Partner", schemeName: "Partner", description: "From the console" }));
  assert.equal(told.name, "Partner");
  assert.deepEqual(told.openapi, { type: "apiKey", in: "header", name: "X-Partner", description: "From the console" });
});
