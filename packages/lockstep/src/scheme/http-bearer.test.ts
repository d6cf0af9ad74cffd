import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { Redacted } from "../secret/redacted.ts";
import { bearerSuite } from "./bearer.fixture.ts";
import { httpBearer } from "./http-bearer.ts";
import { definitionOf, sourceOf } from "./source.fixture.ts";

const definition = definitionOf(httpBearer());

bearerSuite((options) => httpBearer(options));

test("shows nothing of the token when it is printed", () => {
  const extracted = definition.extract(sourceOf({ headers: { authorization: "Bearer s3cret" } }));
  assert.ok(extracted instanceof Redacted);
  assert.ok(!`${extracted} ${inspect(extracted)} ${JSON.stringify(extracted)}`.includes("s3cret"));
});

test("challenges without an error if no credential was sent (H-01; RFC 6750 §3)", () => {
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

test("OpenAPI", () => {
  assert.equal(definition.name, "HTTPBearer");
  assert.deepEqual(definition.openapi, { type: "http", scheme: "bearer" });
  const told = definitionOf(
    httpBearer({ schemeName: "Api", bearerFormat: "JWT", description: "From the console", scopes: { a: "A" } }),
  );
  assert.equal(told.name, "Api");
  assert.deepEqual(told.openapi, { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "From the console" });
});
