import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKeyQuery, type ApiKeyQueryOptions } from "./api-key-query.ts";
import type { Scheme } from "./scheme.ts";
import { definitionOf, found } from "./source.fixture.ts";

const key = apiKeyQuery({ name: "api_key", unsafeInUrl: true });
const definition = definitionOf(key);
const sent = (query: string) => found(key, { query });

test("returns the key, decoded, among other parameters", () => {
  assert.deepEqual(sent("api_key=K1"), { found: "K1" });
  assert.deepEqual(sent("limit=1&api_key=a%2Fb,c"), { found: "a/b,c" });
});

test("is absent without the parameter, where it is empty, and under another name or case", () => {
  for (const query of ["", "limit=1", "api_key", "api_key=", "API_KEY=K", "api_key[]=K"])
    assert.equal(sent(query), "absent", query);
  assert.equal(found(key, { headers: { api_key: "K", cookie: "api_key=K", authorization: "Bearer K" } }), "absent");
});

test("refuses the parameter sent twice, in either order", () => {
  for (const query of [
    "api_key=GOOD&api_key=BAD",
    "api_key=BAD&x=1&api_key=GOOD",
    "api_key=GOOD&api_key=GOOD",
    "api_key=&api_key=GOOD",
  ]) {
    assert.equal(sent(query), "!repeated", query);
  }
});

test("refuses characters that are not visible ASCII (H-10), and values beyond 16 KiB", () => {
  for (const value of ["a%20b", "a+b", "%00", "%C3%A9", "%7F", "%0D%0A"]) assert.equal(sent(`api_key=${value}`), "!invalid", value);
  assert.deepEqual(sent(`api_key=${"a".repeat(16_384)}`), { found: "a".repeat(16_384) });
  assert.equal(sent(`api_key=${"a".repeat(16_385)}`), "!invalid");
});

test("challenges with where the key belongs (RFC 9110 §11.6.1)", () => {
  assert.equal(definition.challenge({ realm: "Notes" }), 'ApiKey realm="Notes", in="query", name="api_key"');
});

test("neither compiles nor builds without saying that a URL is unsafe (K-04)", () => {
  const compiles: { readonly name: string } extends ApiKeyQueryOptions ? true : false = false;
  const compilesWithFalse: { readonly name: string; readonly unsafeInUrl: false } extends ApiKeyQueryOptions ? true : false = false;
  assert.deepEqual([compiles, compilesWithFalse], [false, false]);
  for (const text of [
    '{ "name": "api_key" }',
    '{ "name": "api_key", "unsafeInUrl": false }',
    '{ "name": "api_key", "unsafeInUrl": "true" }',
  ]) {
    assert.throws(
      () => apiKeyQuery(JSON.parse(text)),
      { name: "BuildError", code: "wrong_scheme", message: /apiKeyHeader\(\)/ },
      text,
    );
  }
});

test("does not build with a name or a scope that cannot be written", () => {
  for (const name of ["", "a b", "é", "a\n"])
    assert.throws(() => apiKeyQuery({ name, unsafeInUrl: true }), { code: "wrong_scheme" }, name);
  assert.throws(() => apiKeyQuery({ name: "k", unsafeInUrl: true, schemeName: "a b" }), { code: "wrong_scheme" });
  assert.throws(() => apiKeyQuery({ name: "k", unsafeInUrl: true, scopes: { "a b": "" } }), { code: "wrong_scheme" });
});

test("declares its scopes in its type and on its node", () => {
  const scoped = apiKeyQuery({ name: "k", unsafeInUrl: true, scopes: { "data:read": "Read data" } });
  scoped satisfies Scheme<string, "data:read">;
  key satisfies Scheme<string>;
  assert.deepEqual(scoped["~dep"].facts, new Set(["credential", "scope:data:read"]));
  assert.equal(definition.ambient, false);
});

test("OpenAPI", () => {
  assert.equal(definition.name, "APIKeyQuery");
  assert.deepEqual(definition.openapi, { type: "apiKey", in: "query", name: "api_key" });
  const told = definitionOf(apiKeyQuery({ name: "k", unsafeInUrl: true, schemeName: "Feed", description: "For feed readers" }));
  assert.equal(told.name, "Feed");
  assert.deepEqual(told.openapi, { type: "apiKey", in: "query", name: "k", description: "For feed readers" });
});
