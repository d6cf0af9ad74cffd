import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test, type TestContext } from "node:test";
import { fastifyServer } from "lockstep/fastify";
import * as oauth from "openid-client";
import { assertionKey } from "../client/assertion.fixture.ts";
import { describeOnEach, type TestDatabase } from "../store/database.fixture.ts";
import { type Desk, openDesk, password } from "./token-desk.fixture.ts";

/** Serves the endpoints on a loopback port, for `openid-client`. */
async function serve(t: TestContext, database: TestDatabase): Promise<{ readonly desk: Desk; readonly issuer: URL }> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const desk = await openDesk(t, await database.open(t), { settings: { issuer, clock: Date.now } });
  const server = fastifyServer(desk.api);
  await server.listen({ host: "127.0.0.1", port });
  t.after(() => server.close());
  return { desk, issuer: new URL(issuer) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

function discover(issuer: URL, id: string, authentication: oauth.ClientAuth): Promise<oauth.Configuration> {
  return oauth.discovery(issuer, id, undefined, authentication, { algorithm: "oauth2", execute: [oauth.allowInsecureRequests] });
}

describeOnEach("openid-client", (database) => {
  test("discovers the service, and gets a token with a form-encoded secret", async (t) => {
    const { desk, issuer } = await serve(t, database);
    const { client, secret } = await desk.client({ id: "reports-1", grants: ["client_credentials"], introspects: true });
    const config = await discover(issuer, client.id, oauth.ClientSecretBasic(secret?.reveal() ?? ""));
    assert.equal(config.serverMetadata().token_endpoint, new URL("/auth/token", issuer).href);
    const tokens = await oauth.clientCredentialsGrant(config, { scope: "notes:read" });
    assert.deepEqual([tokens.token_type, tokens.expires_in, tokens.scope], ["bearer", 600, "notes:read"]);

    const before = await oauth.tokenIntrospection(config, tokens.access_token);
    assert.deepEqual([before.active, before.sub, before["sub_type"]], [true, "reports-1", "client"]);
    await oauth.tokenRevocation(config, tokens.access_token);
    assert.deepEqual({ ...(await oauth.tokenIntrospection(config, tokens.access_token)) }, { active: false });

    const wrong = await discover(issuer, client.id, oauth.ClientSecretBasic("wrong"));
    await assert.rejects(oauth.clientCredentialsGrant(wrong), (error) => {
      // `openid-client` has its own error for a 401 with a challenge.
      return error instanceof oauth.WWWAuthenticateChallengeError && error.status === 401 && error.cause[0]?.scheme === "basic";
    });
  });

  test("gets and revokes a token with private_key_jwt", async (t) => {
    const { desk, issuer } = await serve(t, database);
    const key = assertionKey();
    await desk.client({ id: "job", authentication: "private_key_jwt", jwks: key.jwks, grants: ["client_credentials"] });
    const pkcs8 = key.privateKey.export({ format: "der", type: "pkcs8" });
    const signs = await crypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), { name: "ECDSA", namedCurve: "P-256" }, false, [
      "sign",
    ]);
    const config = await discover(issuer, "job", oauth.PrivateKeyJwt({ key: signs, kid: "c1" }));
    const tokens = await oauth.clientCredentialsGrant(config);
    assert.equal(tokens.scope, "notes:read notes:write");
    await oauth.tokenRevocation(config, tokens.access_token);
    await oauth.clientCredentialsGrant(config);
  });

  test("signs a user in, refreshes, and is refused once the family has ended", async (t) => {
    const { desk, issuer } = await serve(t, database);
    await desk.client({ id: "spa", authentication: "none", grants: ["password", "refresh_token"] });
    const config = await discover(issuer, "spa", oauth.None());
    const parameters = { username: "alice@example.com", password, scope: "notes:read" };
    const first = await oauth.genericGrantRequest(config, "password", parameters);
    const second = await oauth.refreshTokenGrant(config, first.refresh_token ?? "");
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal(second.scope, "notes:read");
    await oauth.tokenRevocation(config, second.refresh_token ?? "");
    await assert.rejects(oauth.refreshTokenGrant(config, second.refresh_token ?? ""), (error) => {
      return error instanceof oauth.ResponseBodyError && error.error === "invalid_grant";
    });
  });
});
