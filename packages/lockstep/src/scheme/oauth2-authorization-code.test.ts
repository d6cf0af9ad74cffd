import assert from "node:assert/strict";
import { test } from "node:test";
import { bearerSuite } from "./bearer.fixture.ts";
import { oauth2AuthorizationCode } from "./oauth2-authorization-code.ts";
import { definitionOf } from "./source.fixture.ts";

bearerSuite((options) => oauth2AuthorizationCode({ authorizationUrl: "/a", tokenUrl: "/t", ...options }));

test("does not build with a URL that cannot be written", () => {
  const urls = { authorizationUrl: "/a", tokenUrl: "/t" };
  for (const name of ["authorizationUrl", "tokenUrl", "refreshUrl"]) {
    const message = new RegExp(`\\b${name}\\b`);
    assert.throws(() => oauth2AuthorizationCode({ ...urls, [name]: "" }), { code: "wrong_scheme", message });
  }
});

test("OpenAPI", () => {
  const definition = definitionOf(
    oauth2AuthorizationCode({
      authorizationUrl: "/authorize",
      tokenUrl: "/token",
      scopes: { "notes:read": "Read notes" },
    }),
  );
  assert.equal(definition.name, "OAuth2AuthorizationCodeBearer");
  assert.deepEqual(definition.openapi, {
    type: "oauth2",
    flows: { authorizationCode: { scopes: { "notes:read": "Read notes" }, authorizationUrl: "/authorize", tokenUrl: "/token" } },
  });
  const told = definitionOf(
    oauth2AuthorizationCode({
      authorizationUrl: "/a",
      tokenUrl: "/t",
      refreshUrl: "/r",
      schemeName: "Login",
      description: "Sign in",
    }),
  );
  assert.equal(told.name, "Login");
  assert.deepEqual(told.openapi, {
    type: "oauth2",
    description: "Sign in",
    flows: { authorizationCode: { scopes: {}, authorizationUrl: "/a", tokenUrl: "/t", refreshUrl: "/r" } },
  });
});
