import assert from "node:assert/strict";
import { test } from "node:test";
import { generateSigningKey, jwtIssuer, signingKey } from "lockstep/jwt";
import { ask, outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, tokens } from "./main.ts";

test("accepts a token of its issuer", async () => {
  const { status, body } = await ask(api, "GET /me", { token: tokens.issue({ sub: "ann" }) });
  assert.deepEqual([status, body], [200, { id: "ann" }]);
});

test("refuses a token with another key, audience or type, and a changed token", async () => {
  const key = signingKey(await generateSigningKey("ES256"));
  const common = { issuer: "https://login.example", audience: "https://api.example", key, lifetimeSeconds: 600, typ: "at+jwt" };
  assert.equal(await outcome(api, "GET /me", { token: jwtIssuer(common).issue({ sub: "ann" }) }), "401 invalid_token");
  const good = await tokens.issue({ sub: "ann" });
  const [header = "", payload = "", signature = ""] = good.split(".");
  const root = Buffer.from(Buffer.from(payload, "base64url").toString().replace('"ann"', '"root"')).toString("base64url");
  assert.equal(await outcome(api, "GET /me", { token: `${header}.${root}.${signature}` }), "401 invalid_token");
  assert.equal(await outcome(api, "GET /me", { token: good }), "200");
});

test("requires the scope", async () => {
  assert.equal(await outcome(api, "GET /reports", { token: tokens.issue({ sub: "ann" }) }), "403 insufficient_scope");
  const { body } = await ask(api, "GET /reports", { token: tokens.issue({ sub: "ann", scope: "reports:read" }) });
  assert.deepEqual(body, { reportsOf: "ann" });
});
