import assert from "node:assert/strict";
import { test } from "node:test";
import { bearerSuite } from "./bearer.fixture.ts";
import { oauth2PasswordBearer } from "./oauth2-password-bearer.ts";
import { definitionOf } from "./source.fixture.ts";

bearerSuite((options) => oauth2PasswordBearer({ tokenUrl: "/auth/token", ...options }));

test("does not build with a URL that cannot be written", () => {
  assert.throws(() => oauth2PasswordBearer({ tokenUrl: "" }), { code: "wrong_scheme", message: /tokenUrl/ });
  assert.throws(() => oauth2PasswordBearer({ tokenUrl: "/t", refreshUrl: "" }), { code: "wrong_scheme", message: /refreshUrl/ });
});

test("OpenAPI", () => {
  const definition = definitionOf(oauth2PasswordBearer({ tokenUrl: "/auth/token", scopes: { "notes:read": "Read notes" } }));
  assert.equal(definition.name, "OAuth2PasswordBearer");
  assert.deepEqual(definition.openapi, {
    type: "oauth2",
    flows: { password: { scopes: { "notes:read": "Read notes" }, tokenUrl: "/auth/token" } },
  });
  const told = definitionOf(
    oauth2PasswordBearer({ tokenUrl: "/t", refreshUrl: "/r", schemeName: "Login", description: "Sign in" }),
  );
  assert.equal(told.name, "Login");
  assert.deepEqual(told.openapi, {
    type: "oauth2",
    description: "Sign in",
    flows: { password: { scopes: {}, tokenUrl: "/t", refreshUrl: "/r" } },
  });
});
