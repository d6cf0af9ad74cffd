import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { createServer } from "node:http";
import { generateSigningKey, jwtIssuer, publicJwks, signingKey } from "lockstep/jwt";
import { link, open } from "./33-delegated.ts";
import { ask, outcome } from "./ask.fixture.ts";

const issuer = "https://login.example/realms/acme";
const subject = "7f1c2d30-7b1e-4a58-9f5f-0f6a1f0f3c11";

async function opened(t: TestContext, env: Readonly<Record<string, string>>) {
  const app = await open(env);
  t.after(async () => {
    await app.auth.close();
    await app.database.close();
  });
  return app;
}

/** Keycloak's keys on this machine, and a token of the person. */
async function keycloak(t: TestContext) {
  const key = signingKey(await generateSigningKey("ES256"));
  const keys = JSON.stringify(publicJwks([key]));
  const server = createServer((_request, response) => void response.setHeader("content-type", "application/json").end(keys));
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const signer = jwtIssuer({ issuer, audience: "notes", key, lifetimeSeconds: 300, typ: "JWT" });
  const claims = { sub: subject, typ: "Bearer", azp: "web", scope: "notes:read" };
  return {
    env: {
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: "notes",
      AUTH_CLAIMS: "keycloak",
      AUTH_JWKS_URL: `http://127.0.0.1:${address.port}/certs`,
      AUTH_ALLOW_LOOPBACK_ISSUER: "1",
    },
    token: await signer.issue(claims),
  };
}

test("without AUTH_ISSUER, identity is embedded", async (t) => {
  const { api } = await opened(t, {});
  assert.equal(await outcome(api, "GET /notes"), "401 unauthenticated");
  assert.ok(api.routes.some(({ template }) => template === "/auth/token"));
});

test("with it, a token of the provider makes an account, and the route is the same", async (t) => {
  const { env, token } = await keycloak(t);
  const { api, auth } = await opened(t, env);
  const { body } = await ask(api, "GET /notes", { token });
  const account = await auth.subjects.find({ issuer, kind: "user", subject });
  assert.equal(body, `notes of ${account?.id}`);
  assert.ok(!api.routes.some(({ template }) => template === "/auth/token"));
});

test("a subject that was linked has the account that it had before", async (t) => {
  const { env, token } = await keycloak(t);
  const { api, auth } = await opened(t, env);
  const { id } = await auth.accounts.create({ email: "alice@example.com" });
  await link(auth, id);
  assert.equal((await ask(api, "GET /notes", { token })).body, `notes of ${id}`);
});
