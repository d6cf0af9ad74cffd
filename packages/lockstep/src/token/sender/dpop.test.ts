/** Each check of RFC 9449 §4.3 and §7.1, beside a request that passes all of them (M-10). */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { generateSecret } from "jose";
import * as f from "../token.fixture.ts";
import type { DpopOptions } from "./dpop-options.ts";
import {
  ask,
  baseUrl,
  boundToken,
  type ProofApi,
  type ProofChanges,
  type ProofKey,
  dpopApi,
  proofKey,
  proofOf,
  prove,
  reasonOf,
} from "./proof.fixture.ts";

let key: ProofKey;
let other: ProofKey;
let token: string;
before(async () => {
  [key, other] = await Promise.all([proofKey(), proofKey()]);
  token = boundToken(key);
});

const invalidProof = 'DPoP realm="Notes", error="invalid_dpop_proof", scope="notes:read", algs="ES256 EdDSA Ed25519 PS256 RS256"';
const invalidToken = invalidProof.replace("invalid_dpop_proof", "invalid_token");
const required = { required: true } as const;

/** A proof with a flaw is refused, and the same proof without it passes. */
async function refuses(changes: ProofChanges, reason: string, options: Partial<DpopOptions> = required): Promise<void> {
  const api = dpopApi(options);
  const refused = await prove(api, key, token, changes);
  assert.deepEqual([refused.status, refused.challenges, reasonOf(api)], [401, invalidProof, `DPoP: ${reason}`]);
  assert.equal((await prove(api, key, token)).status, 200);
  assert.deepEqual(api.errors, []);
}

describe("a proof is accepted", () => {
  for (const alg of ["ES256", "EdDSA", "Ed25519", "PS256", "RS256"]) {
    test(`with ${alg}`, async () => {
      const signer = await proofKey(alg);
      const api = dpopApi(required);
      const answer = await prove(api, signer, boundToken(signer));
      assert.deepEqual([answer.status, answer.body], [200, '"alice"']);
      assert.deepEqual([api.events, api.errors], [[], []]);
    });
  }

  for (const alg of ["ES384", "ES512", "RS512", "PS384"] as const) {
    test(`with ${alg} only if it is in the list`, async () => {
      const signer = await proofKey(alg);
      const without = dpopApi(required);
      assert.equal((await prove(without, signer, boundToken(signer))).status, 401);
      assert.equal(reasonOf(without), "DPoP: the algorithm is not allowed");
      assert.equal((await prove(dpopApi({ algorithms: [alg] }), signer, boundToken(signer))).status, 200);
    });
  }

  test("for the method and the address of the request, without its query", async () => {
    const api = dpopApi(required);
    const at = (htm: string, htu: string): ProofChanges => ({ claims: { htm, htu: `${baseUrl}${htu}` } });
    for (const [method, target, htu] of [
      ["GET", "/notes?page=2", "/notes"],
      ["GET", "/notes", "/notes?page=2#top"],
      ["HEAD", "/notes", "/notes"],
      ["POST", "/notes", "/notes"],
      ["GET", "/notes/a%20b", "/notes/a%20b"],
      ["GET", "/notes/a%2fb", "/notes/%61%2Fb"],
    ] as const) {
      assert.equal((await prove(api, key, token, at(method, htu), { method, target })).status, 200, `${method} ${target}`);
    }
  });

  test("from one second before the end of its window to one second after its beginning", async () => {
    const api = dpopApi({ ...required, windowSeconds: 30 });
    for (const [seconds, status] of [
      [-31, 401],
      [-30, 200],
      [0, 200],
      [29.5, 200],
      [30, 200],
      [30.001, 401],
      [31, 401],
    ] as const) {
      assert.equal((await prove(api, key, token, { claims: { iat: f.now + seconds } })).status, status, String(seconds));
    }
    assert.equal(reasonOf(api), "DPoP: iat is too far from now");
  });
});

describe("a proof is refused (M-10)", () => {
  const cases: readonly (readonly [name: string, changes: () => ProofChanges, reason: string])[] = [
    ["with the typ of another token", () => ({ header: { typ: "JWT" } }), "typ is not dpop+jwt"],
    ["without a typ", () => ({ header: { typ: undefined } }), "typ is not dpop+jwt"],
    ["with the typ in capitals", () => ({ header: { typ: "DPOP+JWT" } }), "typ is not dpop+jwt"],
    ["without a key", () => ({ header: { jwk: undefined } }), "no jwk"],
    ["with a list for a key", () => ({ header: { jwk: [key.jwk] } }), "no jwk"],
    ["with a private key", () => ({ header: { jwk: key.privateJwk } }), "the jwk is a private key"],
    [
      "with the private member of a key of another kind",
      () => ({ header: { jwk: { ...key.jwk, dp: "AA" } } }),
      "the jwk is a private key",
    ],
    [
      "with a key that is for encryption",
      () => ({ header: { jwk: { ...key.jwk, use: "enc" } } }),
      "the jwk does not fit: its `use` is not `sig` (option `keyUse`)",
    ],
    ["with a key of another algorithm", () => ({ header: { jwk: { ...key.jwk, alg: "ES384" } } }), "the key cannot be used"],
    ["with a key that is not on its curve", () => ({ header: { jwk: { ...key.jwk, y: key.jwk.x } } }), "the key cannot be used"],
    [
      "with a key of another curve",
      () => ({ header: { jwk: { ...key.jwk, crv: "P-384" } } }),
      "the jwk does not fit: no allowed algorithm fits it",
    ],
    [
      "with an address of keys",
      () => ({ header: { jku: "https://evil.example/keys" } }),
      "the header holds jku (see the option ignoredHeaders)",
    ],
    ["with a certificate", () => ({ header: { x5c: ["MIIB"] } }), "the header holds x5c"],
    ["signed with another key", () => ({ signer: other.privateKey }), "the signature does not verify"],
    ["for another method", () => ({ claims: { htm: "POST" } }), "htm is another method"],
    ["for the method in small letters", () => ({ claims: { htm: "get" } }), "htm is another method"],
    ["without a method", () => ({ claims: { htm: undefined } }), "htm is another method"],
    ["for another path", () => ({ claims: { htu: `${baseUrl}/notes/1` } }), "htu is another address"],
    ["for another host", () => ({ claims: { htu: "https://evil.example/notes" } }), "htu is another address"],
    ["for the host that the request names", () => ({ claims: { htu: "http://internal.test/notes" } }), "htu is another address"],
    ["for another scheme", () => ({ claims: { htu: "http://api.test/notes" } }), "htu is another address"],
    ["for another port", () => ({ claims: { htu: "https://api.test:8443/notes" } }), "htu is another address"],
    ["for a path with dot segments", () => ({ claims: { htu: `${baseUrl}/a/../notes` } }), "htu is another address"],
    ["for a user at the host", () => ({ claims: { htu: "https://api.test@api.test/notes" } }), "htu is another address"],
    ["for a list of addresses", () => ({ claims: { htu: [`${baseUrl}/notes`] } }), "htu is another address"],
    ["without an address", () => ({ claims: { htu: undefined } }), "htu is another address"],
    ["that is too old", () => ({ claims: { iat: f.now - 61 } }), "iat is too far from now"],
    ["that was made for later", () => ({ claims: { iat: f.now + 61 } }), "iat is too far from now"],
    ["without a time", () => ({ claims: { iat: undefined } }), "iat is not a time"],
    ["with a time that is text", () => ({ claims: { iat: String(f.now) } }), "iat is not a time"],
    ["with a time in milliseconds", () => ({ claims: { iat: f.nowMs } }), "iat is too far from now"],
    ["that says itself that it has expired", () => ({ claims: { exp: f.now } }), "not valid at this time"],
    ["that says itself that it has not begun", () => ({ claims: { nbf: f.now + 1 } }), "not valid at this time"],
    ["without a name", () => ({ claims: { jti: undefined } }), "jti is not a name"],
    ["with an empty name", () => ({ claims: { jti: "" } }), "jti is not a name"],
    ["with a number for a name", () => ({ claims: { jti: 1 } }), "jti is not a name"],
    ["with a name of 257 characters", () => ({ claims: { jti: "j".repeat(257) } }), "jti is not a name"],
    [
      "for another token",
      () => ({ claims: { ath: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" } }),
      "ath is the hash of another token",
    ],
    ["without the hash of the token", () => ({ claims: { ath: undefined } }), "ath is the hash of another token"],
    ["that is longer than 8,192 bytes", () => ({ claims: { more: "x".repeat(8_192) } }), "too long"],
  ];
  for (const [name, changes, reason] of cases) test(name, () => refuses(changes(), reason));

  test("with a secret for a key, also if HS256 is asked for", async () => {
    const secret = await generateSecret("HS256", { extractable: true });
    assert.ok("type" in secret);
    const jwk = { kty: "oct", k: "AAAA" };
    await refuses({ header: { alg: "HS256", jwk }, signer: secret }, "the algorithm is not allowed");
    await refuses({ header: { jwk } }, "the jwk is a private key");
  });

  test("with a key under which any signature verifies, and with one that is too short", async () => {
    const edwards = await proofKey("EdDSA");
    const smallOrder = { kty: "OKP", crv: "Ed25519", x: Buffer.alloc(32).toString("base64url") };
    await refuses({ header: { alg: "EdDSA", jwk: smallOrder }, signer: edwards.privateKey }, "the key cannot be used");
    const rsa = await proofKey("RS256");
    const short = { ...rsa.jwk, n: Buffer.alloc(128, 0xff).toString("base64url") };
    await refuses({ header: { alg: "RS256", jwk: short }, signer: rsa.privateKey }, "the key cannot be used");
  });

  test("without a signature, in any spelling of none", async () => {
    const api = dpopApi(required);
    const [, payload = ""] = (await proofOf(key, token)).split(".");
    for (const alg of ["none", "None", "NONE"]) {
      const header = btoa(JSON.stringify({ typ: "dpop+jwt", alg, jwk: key.jwk })).replaceAll("=", "");
      const answer = await ask(api, { authorization: `DPoP ${token}`, proofs: [`${header}.${payload}.AA`] });
      assert.deepEqual([answer.status, reasonOf(api)], [401, "DPoP: the algorithm is not allowed"]);
    }
  });

  test("in another form than one compact JWS (RFC 9449 §4.3)", async () => {
    const api = dpopApi(required);
    const proof = await proofOf(key, token);
    for (const text of ["abc", "a.b", `${proof}.x`, `${proof}=`, `${proof.slice(0, -1)}+`, `"${proof}"`, "{}"]) {
      const answer = await ask(api, { authorization: `DPoP ${token}`, proofs: [text] });
      assert.deepEqual([answer.status, answer.challenges], [401, invalidProof], text.slice(-10));
    }
    assert.equal((await ask(api, { authorization: `DPoP ${token}`, proofs: [proof] })).status, 200);
  });

  test("beside a second one, also if both are good", async () => {
    const api = dpopApi(required);
    const proofs = [await proofOf(key, token), await proofOf(key, token)];
    const answer = await ask(api, { authorization: `DPoP ${token}`, proofs });
    assert.deepEqual([answer.status, answer.challenges], [401, invalidProof]);
    assert.equal((await ask(api, { authorization: `DPoP ${token}`, proofs: proofs.slice(0, 1) })).status, 200);
  });

  test("the second time, also with another signature over the same content (J-47)", async () => {
    const api = dpopApi(required);
    const claims = { jti: "once" };
    const proof = await proofOf(key, token, { claims });
    const again = await proofOf(key, token, { claims });
    assert.notEqual(proof, again);
    assert.equal((await ask(api, { authorization: `DPoP ${token}`, proofs: [proof] })).status, 200);
    for (const used of [proof, again]) {
      const answer = await ask(api, { authorization: `DPoP ${token}`, proofs: [used] });
      assert.deepEqual([answer.status, answer.challenges, reasonOf(api)], [401, invalidProof, "DPoP: the proof was used before"]);
    }
    // The control: the name belongs to the key. Another client may have chosen the same one.
    assert.equal((await prove(api, other, boundToken(other), { claims })).status, 200);
  });

  test("49 of 50 times, if it comes 50 times at once", async () => {
    const api = dpopApi(required);
    const proof = await proofOf(key, token);
    const sent = Array.from({ length: 50 }, () => ask(api, { authorization: `DPoP ${token}`, proofs: [proof] }));
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    assert.deepEqual([statuses.filter((each) => each === 200).length, statuses.filter((each) => each === 401).length], [1, 49]);
  });

  test("with a broken proof, without using its name up", async () => {
    const api = dpopApi(required);
    const claims = { jti: "mine" };
    for (const flaw of [{ signer: other.privateKey, claims }, { claims: { ...claims, htm: "PUT" } }])
      assert.equal((await prove(api, key, token, flaw)).status, 401);
    assert.equal((await prove(api, other, token, { claims })).status, 401);
    assert.equal((await prove(api, key, token, { claims })).status, 200);
  });
});

describe("a token is refused", () => {
  const refused = async (api: ProofApi, asked: Parameters<typeof ask>[1]): Promise<unknown[]> => {
    const { status, challenges } = await ask(api, asked);
    return [status, challenges, reasonOf(api)];
  };

  test("that is bound to another key than that of the proof", async () => {
    const api = dpopApi(required);
    const answer = await prove(api, other, token);
    const reason = "the token is bound to another key than that of the proof";
    assert.deepEqual([answer.status, answer.challenges, reasonOf(api)], [401, invalidToken, reason]);
    assert.equal((await prove(api, key, token)).status, 200);
  });

  test("without a proof", async () => {
    assert.deepEqual(await refused(dpopApi(required), { authorization: `DPoP ${token}` }), [401, invalidProof, "DPoP: no proof"]);
  });

  test("that is bound and comes as a bearer token, with a proof or without one", async () => {
    const reason = "the token is bound to a key and came as a bearer token";
    for (const proofs of [[], [await proofOf(key, token)]]) {
      const api = dpopApi();
      const [status, , why] = await refused(api, { authorization: `Bearer ${token}`, proofs });
      assert.deepEqual([status, why], [401, reason]);
      assert.equal((await prove(api, key, token)).status, 200);
    }
  });

  test("that is bound to nothing and comes with the scheme DPoP", async () => {
    const plain = f.token();
    for (const options of [{}, required]) {
      const api = dpopApi(options);
      const { status } = await prove(api, key, plain);
      assert.deepEqual([status, reasonOf(api)], [401, "the token is not bound to a key and came with the scheme DPoP"]);
    }
  });

  test("that is bound in a way that nobody checks, or in several", async () => {
    for (const cnf of [
      {},
      null,
      "jkt",
      [key.jkt],
      { jkt: 1 },
      { jkt: "" },
      { jkt: `${key.jkt}=` },
      { JKT: key.jkt },
      { "x5t#S256": key.jkt },
      { jkt: key.jkt, "x5t#S256": key.jkt },
      { jkt: key.jkt, jwk: {} },
    ]) {
      const api = dpopApi(required);
      const answer = await prove(api, key, f.token({}, { cnf }));
      assert.deepEqual([answer.status, answer.challenges], [401, invalidToken], JSON.stringify(cnf));
    }
  });

  test("that does not verify, whatever its proof says", async () => {
    for (const bad of [
      `${token.slice(0, -4)}AAAA`,
      boundToken(key, { exp: f.now - 60, iat: f.now - 90 }),
      boundToken(key, { aud: "other" }),
    ]) {
      const api = dpopApi(required);
      const answer = await prove(api, key, bad);
      assert.deepEqual([answer.status, answer.challenges], [401, invalidToken]);
    }
  });

  test("as a bearer token, if DPoP is required, and accepted if it is not", async () => {
    const authorization = `Bearer ${f.token()}`;
    const strict = dpopApi(required);
    const reason = "a bearer token without a proof, and dpop({ required: true })";
    assert.deepEqual(await refused(strict, { authorization }), [401, invalidToken, reason]);
    assert.equal((await ask(dpopApi(), { authorization })).status, 200);
  });

  test("with every other scheme", async () => {
    for (const authorization of [`Basic ${token}`, `Token ${token}`, `DPoPx ${token}`, token])
      assert.equal((await ask(dpopApi(), { authorization, proofs: [await proofOf(key, token)] })).status, 401);
    assert.equal((await ask(dpopApi(), { authorization: `dpop ${token}`, proofs: [await proofOf(key, token)] })).status, 200);
  });

  test("beside a second one of the other scheme", async () => {
    const authorization = `DPoP ${token}, Bearer ${f.token()}`;
    assert.equal((await ask(dpopApi(), { authorization, proofs: [await proofOf(key, token)] })).status, 400);
  });
});
