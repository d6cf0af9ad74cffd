import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate, createApi, get } from "lockstep";
import { accessTokens, anyToken, api } from "./09-sign-in.ts";
import { outcome } from "./ask.fixture.ts";

test("the document names the issuer by its metadata, and no request is needed for that", async () => {
  // #region document
  const { components, paths } = api.openapi();
  assert.deepEqual(components.securitySchemes, {
    OpenIdConnect: {
      type: "openIdConnect",
      openIdConnectUrl: "https://login.acme.example/.well-known/openid-configuration",
      "x-lockstep-issuers": [{ issuer: "https://login.acme.example", tokens: ["jwt"] }],
    },
  });
  assert.deepEqual(paths["/notes"]?.get?.security, [{ OpenIdConnect: ["notes:read"] }]);
  // #endregion
  assert.equal(await outcome(api, "GET /notes"), "401 unauthenticated");
  assert.equal(accessTokens.issuer, "https://login.acme.example");
});

test("several issuers are alternatives, under the names that were chosen", () => {
  const user = authenticate({ token: anyToken }, () => ({ id: "a test of the document" }));
  const both = createApi({ title: "Notes", version: "1", routes: [get("/me", { deps: { user } }, () => "me")] });
  assert.deepEqual(both.openapi().paths["/me"]?.get?.security, [{ "OpenIdConnect-login.acme.example": [] }, { Partner: [] }]);
});
