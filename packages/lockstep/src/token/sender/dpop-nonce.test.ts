/** Nonces of the server (RFC 9449 §8, §9). */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, test } from "node:test";
import { type HmacSecret, hmacSecret } from "../hmac-secret.ts";
import * as f from "../token.fixture.ts";
import { type DpopNonceOptions, DpopNonces } from "./dpop-nonce.ts";
import {
  ask,
  type Answered,
  boundToken,
  dpopApi,
  type ProofApi,
  type ProofKey,
  proofKey,
  prove,
  reasonOf,
} from "./proof.fixture.ts";

const newSecret = (): HmacSecret => hmacSecret(randomBytes(32));
const first = newSecret();
const second = newSecret();
let key: ProofKey;
let token: string;
before(async () => {
  key = await proofKey();
  token = boundToken(key);
});

/** An API whose clock the test moves. */
function apiAt(nonce: DpopNonceOptions = { secrets: [first] }): ProofApi & { at(seconds: number): void } {
  let nowMs = f.nowMs;
  const api = dpopApi({ nonce, required: true, clock: () => nowMs, windowSeconds: 600 });
  return { ...api, at: (seconds) => void (nowMs = f.nowMs + seconds * 1000) };
}

const withNonce = (api: ProofApi, nonce: string | undefined): Promise<Answered> => prove(api, key, token, { claims: { nonce } });

describe("a proof needs a nonce of this API", () => {
  test("so the first one is answered with a nonce, and the second one passes", async () => {
    const api = apiAt();
    const refused = await prove(api, key, token);
    assert.equal(refused.status, 401);
    assert.match(String(refused.challenges), /^DPoP realm="Notes", error="use_dpop_nonce", scope="notes:read", algs="ES256 /);
    assert.equal(reasonOf(api), "DPoP: no nonce");
    // RFC 9449 §8.1: NQCHAR.
    assert.match(String(refused.nonce), /^[\x21\x23-\x5b\x5d-\x7e]+$/);
    const passed = await withNonce(api, String(refused.nonce));
    assert.deepEqual([passed.status, passed.nonce], [200, null]);
  });

  test("which is used as often as the client likes, while each proof counts once", async () => {
    const api = apiAt();
    const { nonce } = await prove(api, key, token);
    for (let count = 0; count < 3; count += 1) assert.equal((await withNonce(api, String(nonce))).status, 200);
  });

  test("and nothing else counts for one", async () => {
    const api = apiAt();
    const nonce = String((await prove(api, key, token)).nonce);
    const [time, mac = ""] = nonce.split(".");
    const later = (Number.parseInt(String(time), 36) + 1).toString(36);
    const forged = Buffer.from(mac, "base64url");
    forged[0] = (forged[0] ?? 0) ^ 1;
    for (const wrong of [
      "",
      "abc",
      String(time),
      mac,
      `${time}.`,
      `${later}.${mac}`,
      `${time}.${forged.toString("base64url")}`,
      `${nonce}.`,
      ` ${nonce}`,
      `-${nonce}`,
      nonce.toUpperCase(),
      await new DpopNonces({ secrets: [second] }).current(f.nowMs),
    ]) {
      const answer = await withNonce(api, wrong);
      assert.deepEqual([answer.status, reasonOf(api)], [401, "DPoP: the nonce is not a current one"], wrong);
      assert.match(String(answer.challenges), /error="use_dpop_nonce"/);
      assert.equal(answer.nonce, nonce);
    }
    assert.equal((await prove(api, key, token, { claims: { nonce: 1 } })).status, 401);
    assert.equal((await withNonce(api, nonce)).status, 200);
  });

  test("and a proof that is wrong in another way gets none", async () => {
    const api = apiAt();
    const answer = await prove(api, key, token, { claims: { htm: "PUT" } });
    assert.deepEqual([answer.status, answer.nonce], [401, null]);
    assert.match(String(answer.challenges), /error="invalid_dpop_proof"/);
    assert.equal((await ask(api, { authorization: `DPoP ${token}` })).nonce, null);
  });

  test("while plain bearer tokens need none, if they are accepted at all", async () => {
    const api = dpopApi({ nonce: { secrets: [first] } });
    const answer = await ask(api, { authorization: `Bearer ${f.token()}` });
    assert.deepEqual([answer.status, answer.nonce], [200, null]);
  });
});

describe("nonces rotate", () => {
  test("a new one comes with a success once half of the lifetime is over, and the old one ends with its lifetime", async () => {
    const api = apiAt({ secrets: [first], lifetimeSeconds: 100 });
    const nonce = String((await prove(api, key, token)).nonce);
    // The fixture's moment is the beginning of a quarter.
    for (const [seconds, status, isNew] of [
      [0, 200, false],
      [49.999, 200, false],
      [50, 200, true],
      [99.999, 200, true],
      [100, 401, true],
      [5_000, 401, true],
    ] as const) {
      api.at(seconds);
      const answer = await prove(api, key, token, { claims: { nonce, iat: f.now + Math.min(seconds, 599) } });
      if (seconds < 599) assert.deepEqual([answer.status, answer.nonce !== null], [status, isNew], String(seconds));
    }
    api.at(99);
    const renewed = String((await withNonce(api, nonce)).nonce);
    assert.notEqual(renewed, nonce);
    api.at(150);
    assert.equal((await withNonce(api, renewed)).status, 200);
  });

  test("one that a process with a clock a little ahead made counts, and one from far ahead does not", async () => {
    const nonces = new DpopNonces({ secrets: [first], lifetimeSeconds: 100 });
    const state = async (aheadSeconds: number) => nonces.stateOf(await nonces.current(f.nowMs + aheadSeconds * 1000), f.nowMs);
    assert.deepEqual(
      [await state(0), await state(24), await state(26), await state(1_000)],
      ["valid", "valid", "invalid", "invalid"],
    );
    assert.equal(await nonces.stateOf(await nonces.current(f.nowMs), Number.NaN), "invalid");
  });

  test("processes with one secret accept each other's, also while the secret is replaced", async () => {
    const stateIn = async (secrets: DpopNonceOptions["secrets"], maker: DpopNonceOptions["secrets"]) =>
      new DpopNonces({ secrets }).stateOf(await new DpopNonces({ secrets: maker }).current(f.nowMs), f.nowMs);
    assert.equal(await stateIn([first], [first]), "valid");
    assert.equal(await stateIn([second, first], [first]), "valid");
    assert.equal(await stateIn([first, second], [second, first]), "valid");
    assert.equal(await stateIn([second], [first]), "invalid");
  });
});

test("a lifetime outside 10 to 3,600 seconds does not build", () => {
  for (const lifetimeSeconds of [9, 3_601, 10.5, "300"])
    assert.throws(() => new DpopNonces({ secrets: [first], lifetimeSeconds: lifetimeSeconds as number }), { code: "wrong_option" });
  assert.ok(new DpopNonces({ secrets: [first], lifetimeSeconds: 10 }));
});
