/** A provider of the environment: bound tokens, and what it tells of sessions and accounts, over real sockets. */
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test, type TestContext } from "node:test";
import { calculateJwkThumbprint, SignJWT } from "jose";
import { type IdentityProvider, identityProviderFrom } from "lockstep/oidc";
import { type Ask, codeOf, type IdentityApi, openIdentityApi, textIn } from "../identity.fixture.ts";
import type { Database } from "../store/database.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { openSqlite } from "../store/sqlite/index.ts";

const audience = "https://api.test";
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

let issuer = "";
/** The metadata and the keys of the issuer. */
const server = createServer(({ url }, response) => {
  const keys = [{ ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "ES256", use: "sig" }];
  const documents: Readonly<Record<string, unknown>> = {
    "/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}/jwks` },
    "/jwks": { keys },
  };
  const found = documents[url ?? ""];
  response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" }).end(JSON.stringify(found ?? {}));
});

before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  issuer = `http://127.0.0.1:${address.port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

type Members = Readonly<Record<string, unknown>>;

/** Whole seconds, one ago: an event that comes now is later. */
function earlier(): number {
  return Math.floor(Date.now() / 1000) - 1;
}

function sign(typ: string, members: Members, key: KeyObject = privateKey): Promise<string> {
  return new SignJWT({ iss: issuer, jti: randomUUID(), ...members }).setProtectedHeader({ alg: "ES256", typ, kid: "k1" }).sign(key);
}

function tokenOf(members: Members = {}): Promise<string> {
  const iat = earlier();
  const claims = {
    aud: audience,
    sub: "alice",
    client_id: "web",
    scope: "notes:read account",
    auth_time: iat,
    iat,
    exp: iat + 300,
  };
  return sign("at+jwt", { ...claims, ...members });
}

function providerFrom(env: Readonly<Record<string, string>>): IdentityProvider | undefined {
  const common = { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_CLIENT_ID: "web", AUTH_ALLOW_LOOPBACK_ISSUER: "1" };
  return identityProviderFrom({ ...common, ...env });
}

async function open(t: TestContext, database: Database, env: Readonly<Record<string, string>> = {}): Promise<IdentityApi> {
  return openIdentityApi(t, database, { provider: providerFrom(env), clock: Date.now, revocation: { pollMs: 50 } });
}

test("an issuer that is this service itself does not start, nor does something else than a provider", async (t) => {
  const database = openSqlite(":memory:");
  t.after(() => database.close());
  await assert.rejects(
    openIdentityApi(t, database, { provider: providerFrom({}), issuer }),
    /^WrongIdentityOption: Set `issuer` to/,
  );
  await assert.rejects(openIdentityApi(t, database, { provider: {} as never }), /^WrongIdentityOption: Set `provider` to/);
});

describeOnEach("a provider of the environment", (kind) => {
  test("its logout token ends the session on this node and on another one", async (t) => {
    const database = await kind.open(t);
    const [node, other] = [await open(t, database), await open(t, database)];
    const [ended, kept] = [await tokenOf({ sid: "s1" }), await tokenOf({ sid: "s2", sub: "bob" })];
    const status = async ({ ask }: IdentityApi, token: string) => (await ask("GET", "/me", { token })).status;
    assert.deepEqual([await status(node, ended), await status(other, ended)], [200, 200]);
    const iat = Math.floor(Date.now() / 1000);
    const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
    const logout = { aud: "web", sub: "alice", sid: "s1", iat, exp: iat + 60, events };
    const send = async (token: string) =>
      (await node.ask("POST", "/auth/backchannel-logout", { form: { logout_token: token } })).status;
    for (const wrong of [
      await sign("logout+jwt", logout, stranger),
      await sign("logout+jwt", { ...logout, aud: "another-client" }),
      await sign("logout+jwt", { ...logout, nonce: "n" }),
      await tokenOf({ sid: "s1" }),
    ])
      assert.equal(await send(wrong), 400);
    assert.equal(await status(node, ended), 200, "nothing has ended yet");
    assert.equal(await send(await sign("logout+jwt", logout)), 200);
    assert.equal(await status(node, ended), 401);
    await t.waitFor(async () => assert.equal(await status(other, ended), 401), { interval: 20, timeout: 10_000 });
    assert.deepEqual([await status(node, kept), await status(other, kept)], [200, 200]);
  });

  test("an account that it disables loses its tokens and its API keys, and not those of the client of the same name", async (t) => {
    const { ask } = await open(t, await kind.open(t));
    const [token, client] = [await tokenOf(), await tokenOf({ client_id: "alice" })];
    const made = await ask("POST", "/auth/api-keys", { token, json: { name: "k", scopes: ["notes:read"] } });
    const key = textIn(made, "key");
    assert.equal((await ask("GET", "/notes", { key })).status, 200);
    assert.equal((await ask("GET", "/me", { token: client })).status, 200);
    const subject = { format: "iss_sub", iss: issuer, sub: "alice" };
    const set = await sign("secevent+jwt", {
      aud: audience,
      iat: Math.floor(Date.now() / 1000),
      sub_id: subject,
      events: { "https://schemas.openid.net/secevent/risc/event-type/account-disabled": {} },
    });
    const pushed: Ask = { raw: set, headers: { "content-type": "application/secevent+jwt" } };
    const accepted = await ask("POST", "/auth/security-events", pushed);
    assert.equal(accepted.status, 202, accepted.text);
    assert.equal((await ask("GET", "/me", { token })).status, 401);
    assert.equal((await ask("GET", "/notes", { key })).status, 401);
  });

  test("with AUTH_DPOP=required, a token needs a proof with its key, once for all nodes", async (t) => {
    const database = await kind.open(t);
    const env = { AUTH_DPOP: "required" };
    const [node, other] = [await open(t, database, env), await open(t, database, env)];
    const holder = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwk = holder.publicKey.export({ format: "jwk" });
    const token = await tokenOf({ cnf: { jkt: await calculateJwkThumbprint(jwk) } });
    const prove = async (changes: Members = {}, key = holder.privateKey) => {
      const ath = createHash("sha256").update(token).digest("base64url");
      const claims = {
        htm: "GET",
        htu: "https://as.test/me",
        ath,
        jti: randomUUID(),
        iat: Math.floor(Date.now() / 1000),
        ...changes,
      };
      const header = { alg: "ES256", typ: "dpop+jwt", jwk };
      return new SignJWT(claims).setProtectedHeader(header).sign(key);
    };
    const ask = async ({ ask }: IdentityApi, dpop: string) =>
      (await ask("GET", "/me", { headers: { authorization: `DPoP ${token}`, dpop } })).status;
    const proof = await prove();
    assert.equal(await ask(node, proof), 200);
    assert.deepEqual([await ask(node, proof), await ask(other, proof)], [401, 401], "the same proof again");
    assert.equal(await ask(other, await prove()), 200);
    for (const wrong of [{ htm: "POST" }, { htu: "https://evil.test/me" }, { ath: "x" }, { iat: earlier() - 300 }])
      assert.equal(await ask(node, await prove(wrong)), 401, JSON.stringify(wrong));
    assert.equal(await ask(node, await prove({}, stranger)), 401, "another key");
    assert.equal((await node.ask("GET", "/me", { token })).status, 401, "as a bearer token");
    const unbound = await node.ask("GET", "/me", { token: await tokenOf() });
    assert.equal(unbound.status, 401, "a token without a key");
    assert.match(unbound.headers.get("www-authenticate") ?? "", /DPoP .*algs="/);
  });

  test("with AUTH_DPOP=allowed, tokens without a key are bearer tokens; without it, tokens with a key are refused", async (t) => {
    const database = await kind.open(t);
    const allowed = await open(t, database, { AUTH_DPOP: "allowed" });
    assert.equal((await allowed.ask("GET", "/me", { token: await tokenOf() })).status, 200);
    const bound = await tokenOf({ cnf: { jkt: "x".repeat(43) } });
    assert.equal((await allowed.ask("GET", "/me", { token: bound })).status, 401);
    const off = await open(t, database);
    assert.equal((await off.ask("GET", "/me", { token: bound })).status, 401);
    assert.equal(codeOf(await off.ask("GET", "/me", { token: bound })), "invalid_token");
    assert.equal((await off.ask("GET", "/me", { token: await tokenOf() })).status, 200, "the control");
  });
});
