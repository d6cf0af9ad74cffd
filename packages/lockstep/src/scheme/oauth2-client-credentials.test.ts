import assert from "node:assert/strict";
import { test } from "node:test";
import { bearerSuite } from "./bearer.fixture.ts";
import { oauth2ClientCredentials } from "./oauth2-client-credentials.ts";
import { definitionOf } from "./source.fixture.ts";

bearerSuite((options) => oauth2ClientCredentials({ tokenUrl: "/auth/token", ...options }));

test("does not build with a URL that cannot be written", () => {
  assert.throws(() => oauth2ClientCredentials({ tokenUrl: "" }), { code: "wrong_scheme", message: /tokenUrl/ });
});

test("OpenAPI", () => {
  const definition = definitionOf(oauth2ClientCredentials({ tokenUrl: "/auth/token", scopes: { "notes:read": "Read notes" } }));
  assert.equal(definition.name, "OAuth2ClientCredentials");
  assert.deepEqual(definition.openapi, {
    type: "oauth2",
    flows: { clientCredentials: { scopes: { "notes:read": "Read notes" }, tokenUrl: "/auth/token" } },
  });
  const told = definitionOf(oauth2ClientCredentials({ tokenUrl: "/t", schemeName: "Service", description: "For jobs" }));
  assert.equal(told.name, "Service");
  assert.deepEqual(told.openapi, {
    type: "oauth2",
    description: "For jobs",
    flows: { clientCredentials: { scopes: {}, tokenUrl: "/t" } },
  });
});
