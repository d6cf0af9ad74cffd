import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from "jose";
import pg from "pg";
import { createClient } from "redis";
import type { Api } from "lockstep";
import { hmacSecret, memoryProofReplays } from "lockstep/jwt";
import { movingApi, serviceApi, sharedStores, strictApi } from "./31-sender-constrained-tokens.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

// #region client
const { publicKey, privateKey } = await generateKeyPair("ES256");
const jwk = await exportJWK(publicKey);

/** A proof for one request. */
async function proofFor(token: string, method: string, url: string, nonce?: string): Promise<string> {
  const ath = createHash("sha256").update(token).digest("base64url");
  return new SignJWT({ htm: method, htu: url, ath, jti: crypto.randomUUID(), ...(nonce && { nonce }) })
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
    .setIssuedAt()
    .sign(privateKey);
}
// #endregion

const boundToken = async (): Promise<string> => tokenOf("alice", undefined, { cnf: { jkt: await calculateJwkThumbprint(jwk) } });

const send = (api: Api, token: string, dpop: string): Promise<Response> =>
  api.fetch(new Request("http://10.0.0.7/me", { headers: { authorization: `DPoP ${token}`, dpop } }));

// #region test
test("a token works with a proof of its key, and with nothing else", async () => {
  const api = strictApi(memoryProofReplays());
  const token = await boundToken();
  const proof = await proofFor(token, "GET", "https://notes.example/me");

  assert.equal((await send(api, token, proof)).status, 200);
  assert.equal((await send(api, token, proof)).status, 401); // used before
  assert.equal(await outcome(api, "GET /me", { token }), "401 invalid_token"); // as a bearer token
  assert.equal(await outcome(api, "GET /me", { token: await tokenOf("alice") }), "401 invalid_token"); // bound to nothing
});
// #endregion

test("clients move one by one, and get their nonce with the first refusal", async () => {
  const api = movingApi(memoryProofReplays(), hmacSecret(randomBytes(32)));
  const token = await boundToken();
  const url = "https://example.com/notes-api/me";
  const first = await send(api, token, await proofFor(token, "GET", url));
  assert.equal(first.status, 401);
  assert.match(String(first.headers.get("www-authenticate")), /^Bearer realm="Notes", DPoP realm="Notes", error="use_dpop_nonce"/);
  const nonce = first.headers.get("dpop-nonce") ?? undefined;
  assert.equal((await send(api, token, await proofFor(token, "GET", url, nonce))).status, 200);
  assert.equal(await outcome(api, "GET /me", { token: await tokenOf("alice") }), "200");
  assert.equal(await outcome(api, "GET /me", { token }), "401 invalid_token");
});

test("a store that is away lets nobody in", async () => {
  const pool = new pg.Pool({ connectionString: "postgres://127.0.0.1:1/nowhere" });
  const token = await boundToken();
  for (const replays of sharedStores(pool, createClient({ url: "redis://127.0.0.1:1" }))) {
    const answer = await send(strictApi(replays), token, await proofFor(token, "GET", "https://notes.example/me"));
    assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "5"]);
  }
  await pool.end();
});

test("without a certificate, a service is refused", async () => {
  const api = serviceApi();
  const cnf = { "x5t#S256": await calculateJwkThumbprint(jwk) };
  for (const token of [await tokenOf("report"), await tokenOf("report", undefined, { cnf })])
    assert.equal((await ask(api, "GET /me", { token })).status, 401);
});
