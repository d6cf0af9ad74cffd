import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { Redacted } from "../secret/redacted.ts";
import { httpBearer } from "./http-bearer.ts";
import type { Scheme } from "./scheme.ts";
import { definitionOf, found, sourceOf } from "./source.fixture.ts";

const token = httpBearer();
const definition = definitionOf(token);
const bearer = (value: string | readonly string[]) => found(token, { headers: { authorization: value } });

test("gives the token of `Bearer SP b64token`, in any case of the scheme (H-02)", () => {
  for (const name of ["Bearer", "bearer", "BEARER"])
    assert.deepEqual(bearer(`${name} abc.def-_~+/==`), { found: "abc.def-_~+/==" });
});

test("is absent without a header, without a token and under another scheme (H-03, H-05)", () => {
  assert.equal(found(token, {}), "absent");
  for (const value of ["Bearer", "Bearer ", "Basic eDp5", "Token T", "JWT T", "DPoP T", "T", "xBearer T"]) {
    assert.equal(bearer(value), "absent", value);
  }
});

test("refuses what is malformed (H-04, H-05, H-10) or too long", () => {
  for (const value of [
    "Bearer T U",
    "Bearer  T",
    "Bearer\tT",
    "Bearer T ",
    "Bearer T,",
    "Bearer Bearer T",
    'Bearer "T"',
    "Bearer é",
    "Bearer %00",
  ]) {
    assert.equal(bearer(value), "!invalid", value);
  }
  assert.equal(bearer(`Bearer ${"a".repeat(8193)}`), "!invalid");
});

test("refuses two Authorization headers in either order (H-06)", () => {
  assert.equal(bearer(["Bearer GOOD", "Bearer BAD"]), "!repeated");
  assert.equal(bearer(["Bearer BAD", "Bearer GOOD"]), "!repeated");
});

test("never reads a token from the query (H-07, RFC 6750 §2.3)", () => {
  for (const query of ["access_token=T", "token=T", "api_key=T"]) assert.equal(found(token, { query }), "absent");
});

test("shows nothing of the token when it is printed", () => {
  const extracted = definition.extract(sourceOf({ headers: { authorization: "Bearer s3cret" } }));
  assert.ok(extracted instanceof Redacted);
  assert.ok(!`${extracted} ${inspect(extracted)} ${JSON.stringify(extracted)}`.includes("s3cret"));
});

test("H-01: challenges without an error where no credential was sent (RFC 6750 §3)", () => {
  assert.equal(definition.challenge({ realm: "Notes" }), 'Bearer realm="Notes"');
  assert.equal(
    definition.challenge({ realm: "Notes", resourceMetadata: "https://api.test/.well-known/oauth-protected-resource" }),
    'Bearer realm="Notes", resource_metadata="https://api.test/.well-known/oauth-protected-resource"',
  );
});

test("says why, and which scopes are needed, where a credential was sent (RFC 6750 §3.1)", () => {
  assert.equal(definition.challenge({ realm: "Notes", error: "invalid_token" }), 'Bearer realm="Notes", error="invalid_token"');
  assert.equal(
    definition.challenge({ realm: 'a "b"', error: "insufficient_scope", scope: "notes:read notes:write", resourceMetadata: "/m" }),
    String.raw`Bearer realm="a \"b\"", error="insufficient_scope", scope="notes:read notes:write", resource_metadata="/m"`,
  );
});

test("declares its scopes in its type and on its node", () => {
  const scoped = httpBearer({ scopes: { "notes:read": "Read notes", "notes:write": "Change notes" } });
  scoped satisfies Scheme<string, "notes:read" | "notes:write">;
  token satisfies Scheme<string>;
  // Facts are invariant: a scheme with scopes is not one without.
  const widened: typeof scoped extends Scheme<string> ? true : false = false;
  assert.equal(widened, false);
  assert.deepEqual(scoped["~dep"].facts, new Set(["credential", "scope:notes:read", "scope:notes:write"]));
  assert.deepEqual(definitionOf(scoped).scopes, { "notes:read": "Read notes", "notes:write": "Change notes" });
});

test("is not attached by a browser", () => {
  assert.equal(definition.ambient, false);
});

test("does not build with a name or a scope that cannot be written", () => {
  assert.throws(() => httpBearer({ schemeName: "my scheme" }), { code: "wrong_scheme" });
  assert.throws(() => httpBearer({ scopes: { "two words": "" } }), { code: "wrong_scheme" });
});

test("OpenAPI", () => {
  assert.equal(definition.name, "HTTPBearer");
  assert.deepEqual(definition.openapi, { type: "http", scheme: "bearer" });
  const told = definitionOf(
    httpBearer({ schemeName: "Api", bearerFormat: "JWT", description: "From the console", scopes: { a: "A" } }),
  );
  assert.equal(told.name, "Api");
  assert.deepEqual(told.openapi, { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "From the console" });
});
