import assert from "node:assert/strict";
import { test } from "node:test";
import { openIdConnect } from "./open-id-connect.ts";
import type { Scheme } from "./scheme.ts";
import { definitionOf, found } from "./source.fixture.ts";

const token = openIdConnect({
  openIdConnectUrl: "https://login.test/.well-known/openid-configuration",
  scopes: { "notes:read": "Read notes" },
});
const definition = definitionOf(token);
const bearer = (value: string | readonly string[]) => found(token, { headers: { authorization: value } });

test("gives the token of `Bearer SP b64token`, in any case of the scheme (H-02)", () => {
  for (const name of ["Bearer", "bearer", "BEARER"]) assert.deepEqual(bearer(`${name} abc.def-_`), { found: "abc.def-_" });
});

test("is absent without a header, without a token and under another scheme (H-03, H-05)", () => {
  assert.equal(found(token, {}), "absent");
  for (const value of ["Bearer", "Bearer ", "Basic eDp5", "Token T", "T", "xBearer T"])
    assert.equal(bearer(value), "absent", value);
});

test("refuses what is malformed (H-04, H-05, H-10), too long or sent twice (H-06)", () => {
  for (const value of ["Bearer T U", "Bearer  T", "Bearer\tT", "Bearer T,", "Bearer Bearer T", 'Bearer "T"', "Bearer é"]) {
    assert.equal(bearer(value), "!invalid", value);
  }
  assert.equal(bearer(`Bearer ${"a".repeat(8193)}`), "!invalid");
  assert.equal(bearer(["Bearer GOOD", "Bearer BAD"]), "!repeated");
});

test("never reads a token from the query (H-07, RFC 6750 §2.3)", () => {
  assert.equal(found(token, { query: "access_token=T" }), "absent");
});

test("challenges as a bearer scheme (RFC 6750 §3)", () => {
  assert.equal(definition.challenge({ realm: "Notes" }), 'Bearer realm="Notes"');
  assert.equal(
    definition.challenge({ realm: "Notes", error: "insufficient_scope", scope: "notes:read" }),
    'Bearer realm="Notes", error="insufficient_scope", scope="notes:read"',
  );
});

test("declares its scopes in its type and on its node", () => {
  token satisfies Scheme<string, "notes:read">;
  openIdConnect({ openIdConnectUrl: "https://login.test/.well-known/openid-configuration" }) satisfies Scheme<string>;
  assert.deepEqual(token["~dep"].facts, new Set(["credential", "scope:notes:read"]));
  assert.equal(definition.ambient, false);
});

test("does not build with a name, a scope or a URL that cannot be written", () => {
  assert.throws(() => openIdConnect({ openIdConnectUrl: "" }), { code: "wrong_scheme", message: /openIdConnectUrl/ });
  assert.throws(() => openIdConnect({ openIdConnectUrl: "/c", schemeName: "" }), { code: "wrong_scheme" });
  assert.throws(() => openIdConnect({ openIdConnectUrl: "/c", scopes: { "a b": "" } }), { code: "wrong_scheme" });
});

test("OpenAPI", () => {
  assert.equal(definition.name, "OpenIdConnect");
  assert.deepEqual(definition.openapi, {
    type: "openIdConnect",
    openIdConnectUrl: "https://login.test/.well-known/openid-configuration",
  });
  const told = definitionOf(openIdConnect({ openIdConnectUrl: "/c", schemeName: "Login", description: "Sign in" }));
  assert.equal(told.name, "Login");
  assert.deepEqual(told.openapi, { type: "openIdConnect", description: "Sign in", openIdConnectUrl: "/c" });
});
