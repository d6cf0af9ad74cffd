import assert from "node:assert/strict";
import { test } from "node:test";
import { bearerSuite } from "./bearer.fixture.ts";
import { openIdConnect } from "./open-id-connect.ts";
import { definitionOf } from "./source.fixture.ts";

bearerSuite((options) => openIdConnect({ openIdConnectUrl: "/c", ...options }));

test("does not build with a URL that cannot be written", () => {
  assert.throws(() => openIdConnect({ openIdConnectUrl: "" }), { code: "wrong_scheme", message: /openIdConnectUrl/ });
});

test("OpenAPI", () => {
  const definition = definitionOf(
    openIdConnect({
      openIdConnectUrl: "https://login.test/.well-known/openid-configuration",
      scopes: { "notes:read": "Read notes" },
    }),
  );
  assert.equal(definition.name, "OpenIdConnect");
  assert.deepEqual(definition.openapi, {
    type: "openIdConnect",
    openIdConnectUrl: "https://login.test/.well-known/openid-configuration",
  });
  const told = definitionOf(openIdConnect({ openIdConnectUrl: "/c", schemeName: "Login", description: "Sign in" }));
  assert.equal(told.name, "Login");
  assert.deepEqual(told.openapi, { type: "openIdConnect", description: "Sign in", openIdConnectUrl: "/c" });
});
