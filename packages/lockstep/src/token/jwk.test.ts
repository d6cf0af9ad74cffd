/** Attacks on keys: keys that are refused, each next to one that is accepted; and the many spellings of a good one. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { publicKeyAlgorithms } from "./algorithm.ts";
import type { Jwk } from "./jwk.ts";
import { readKeySet } from "./key-set.ts";
import { read, refused } from "./read-key.fixture.ts";
import * as f from "./token.fixture.ts";

const base64url = (value: bigint, bytes: number): string =>
  Buffer.from(value.toString(16).padStart(bytes * 2, "0"), "hex").toString("base64url");
const big = (text: unknown): bigint => BigInt(`0x${Buffer.from(String(text), "base64url").toString("hex")}`);

describe("RSA keys (J-50; FIPS 186-5 §A.1.1)", () => {
  const n = big(f.krJwk.n);
  const withNumbers = (modulus: bigint, exponent: bigint, bytes = 256): Jwk => ({
    ...f.krJwk,
    n: base64url(modulus, bytes),
    e: base64url(exponent, Math.ceil(exponent.toString(16).length / 2)),
  });

  test("accepts an ordinary key", () => {
    assert.equal(read(f.krJwk).keys[0]?.alg, "RS256");
    assert.equal(read(withNumbers(n, 65_537n)).keys.length, 1);
  });

  test("refuses moduli that are too short, too long, ragged or even", () => {
    const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
    refused("weak_key", /1024/, () => read(f.publicJwk(short, { kid: "s", alg: "RS256" })));
    refused("weak_key", /2047/, () => read(withNumbers(n >> 1n, 65_537n)));
    refused("weak_key", /2052/, () => read(withNumbers((n << 4n) | 1n, 65_537n, 257)));
    refused("weak_key", /8200/, () => read(withNumbers((1n << 8_199n) | 1n, 65_537n, 1_025)));
    refused("weak_key", /odd/, () => read(withNumbers(n - 1n, 65_537n)));
  });

  test("refuses exponents that are 1, even, small or huge", () => {
    for (const e of [1n, 2n, 3n, 65_535n, 65_536n, 65_538n, (1n << 256n) + 1n]) {
      refused("weak_key", /exponent/, () => read(withNumbers(n, e)));
    }
  });

  test("refuses the fingerprint of a flawed generator, whatever the size (ROCA, CVE-2017-15361)", () => {
    let product = 2n;
    for (let prime = 3n; prime <= 167n; prime += 2n) {
      if ([3n, 5n, 7n, 11n].every((small) => prime === small || prime % small !== 0n)) product *= prime;
    }
    let modulus = 1n << 2_047n;
    modulus += product - (modulus % product) + (65_537n ** 77n % product);
    assert.equal(modulus % 2n, 1n);
    refused("weak_key", /ROCA/, () => read(withNumbers(modulus, 65_537n)));
    assert.equal(read(withNumbers(modulus + 2n, 65_537n)).keys.length, 1);
  });

  test("reads one number in every spelling of encoders: a sign octet, padding, the other alphabet (RFC 7518 §2)", () => {
    const bytes = Buffer.from(String(f.krJwk.n), "base64url");
    const signed = Buffer.concat([Buffer.of(0), bytes]);
    const [plain] = read(f.krJwk).keys;
    assert.ok(plain);
    for (const n of [signed.toString("base64url"), bytes.toString("base64"), signed.toString("base64"), `${f.krJwk.n}==`])
      assert.ok(read({ ...f.krJwk, n }).keys[0]?.equals(plain), n);
    for (const e of ["AAEAAQ", "AQAB", "AAAAAAEAAQ=="]) assert.ok(read({ ...f.krJwk, e }).keys[0]?.equals(plain), e);
  });

  test("refuses texts that are not numbers, and numbers that are not those of a key, whatever zeros they begin with", () => {
    for (const bad of [`${f.krJwk.n}=`, `${f.krJwk.n} `, `${f.krJwk.n}.`, "", undefined, null, [], 12, {}])
      refused("wrong_key", /RSA/, () => read({ ...f.krJwk, n: bad }));
    for (const bad of ["AQAB=", "AQA.", "", undefined, 65_537]) refused("wrong_key", /RSA/, () => read({ ...f.krJwk, e: bad }));
    for (const zero of ["AA", "AAAA"]) refused("weak_key", /RSA/, () => read({ ...f.krJwk, n: zero }));
    refused("weak_key", /exponent/, () => read({ ...f.krJwk, e: "AAAD" }));
  });
});

describe("keys on curves (J-53)", () => {
  test("accepts every curve, and so has its constants right", () => {
    for (const [namedCurve, alg] of [
      ["P-256", "ES256"],
      ["P-384", "ES384"],
      ["P-521", "ES512"],
    ] as const) {
      for (let time = 0; time < 5; time += 1) {
        const { publicKey } = generateKeyPairSync("ec", { namedCurve });
        assert.equal(read(f.publicJwk(publicKey, { kid: "a" })).keys[0]?.alg, alg);
      }
    }
    assert.equal(read(f.k2Jwk).keys[0]?.alg, "EdDSA");
  });

  test("refuses a point that is off the curve, not reduced, or of another length (CVE-2015-7940)", () => {
    const y = big(f.k1Jwk.y);
    refused("wrong_key", /not on its curve/, () => read({ ...f.k1Jwk, y: base64url(y ^ 1n, 32) }));
    refused("wrong_key", /not on its curve/, () => read({ ...f.k1Jwk, x: base64url(0n, 32), y: base64url(0n, 32) }));
    const p521 = f.publicJwk(generateKeyPairSync("ec", { namedCurve: "P-521" }).publicKey, { kid: "a" });
    const p = 2n ** 521n - 1n;
    refused("wrong_key", /not on its curve/, () => read({ ...p521, x: base64url(big(p521.x) + p, 66) }));
    refused("wrong_key", /not on its curve/, () => read({ ...p521, y: base64url(big(p521.y) + p, 66) }));
    refused("wrong_key", /no longer/, () => read({ ...f.k1Jwk, y: base64url(y | (1n << 256n), 33) }));
    refused("wrong_key", /no longer/, () => read({ ...f.k1Jwk, x: undefined }));
  });

  test("reads coordinates with an octet for the sign, and without their leading zeros", () => {
    for (let shorter = 0; shorter < 1;) {
      const jwk = f.publicJwk(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey, { kid: "a" });
      const [plain] = read(jwk).keys;
      assert.ok(plain && read({ ...jwk, x: base64url(big(jwk.x), 33), y: `${base64url(big(jwk.y), 32)}=` }).keys[0]?.equals(plain));
      if (big(jwk.x) >> 248n !== 0n) continue;
      assert.ok(read({ ...jwk, x: base64url(big(jwk.x), 31) }).keys[0]?.equals(plain));
      shorter += 1;
    }
  });

  test("refuses an alg that contradicts the curve or the key type", () => {
    for (const alg of ["ES384", "ES512", "EdDSA", "RS256", "HS256"])
      refused("wrong_key", /contradicts/, () => read({ ...f.k1Jwk, alg }));
    refused("wrong_key", /contradicts/, () => read({ ...f.k1Jwk, kty: "RSA" }));
    refused("wrong_key", /contradicts/, () => read({ ...f.k1Jwk, crv: "P-384" }));
    refused("wrong_key", /contradicts/, () => read({ ...f.k2Jwk, crv: "X25519" }));
  });

  test("refuses Ed25519 points of small order, under which forged signatures verify (J-48; RFC 8032 §8.9)", () => {
    const little = (value: bigint): string =>
      Buffer.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex").toReversed()).toString("base64url");
    const p = 2n ** 255n - 19n;
    // The y of a point of order eight solves d·y⁴ + 2y² = 1.
    const d = 37_095_705_934_669_439_343_138_083_508_754_565_189_542_113_879_843_219_016_388_785_533_085_940_283_555n;
    const eight = 0x5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
    assert.equal((d * eight ** 4n + 2n * eight ** 2n) % p, 1n);
    for (const y of [0n, 1n, p - 1n, eight, p - eight]) {
      for (const sign of [0n, 1n << 255n]) refused("weak_key", /small order/, () => read({ ...f.k2Jwk, x: little(y + sign) }));
    }
    for (const y of [p, p + 1n, 2n ** 255n - 1n]) refused("wrong_key", /reduced/, () => read({ ...f.k2Jwk, x: little(y) }));
    refused("wrong_key", /32 bytes/, () => read({ ...f.k2Jwk, x: "AAAA" }));
  });
});

describe("what a key is for", () => {
  test("leaves aside keys for encryption and unknown algorithms, as long as one is left (RFC 7517 §5)", () => {
    const others = [
      { ...f.krJwk, use: "enc" },
      { ...f.krJwk, kid: "o", key_ops: ["encrypt"] },
      { ...f.krJwk, kid: "p", alg: "RSA-OAEP" },
      { kty: "XYZ", kid: "q" },
    ];
    const set = readKeySet({ keys: [...others, { ...f.k1Jwk, use: "sig", key_ops: ["verify"] }] }, "public", {
      algorithms: publicKeyAlgorithms,
    });
    assert.deepEqual(
      set.keys.map(({ kid }) => kid),
      ["k1"],
    );
    for (const other of others) refused("wrong_key", /No key of the set can be used/, () => read(other));
  });

  test("refuses names of algorithms that do not exist (Wycheproof key 19, 20)", () => {
    for (const alg of ["ES521", "ES224", "es256", "none", "toString"])
      refused("wrong_key", /No key/, () => read({ ...f.k1Jwk, alg }));
  });

  test("reads null and empty lists as members that are not there, as serializers write them (Microsoft's JsonWebKey)", () => {
    const nothing = { use: null, key_ops: [], x5c: [], oth: [], d: null, k: null, alg: null };
    assert.equal(read({ ...f.k1Jwk, ...nothing }, ["ES256"]).keys[0]?.kid, "k1");
    assert.equal(read({ ...f.k1Jwk, kid: null }).keys[0]?.kid, undefined);
    refused("wrong_key", /private/, () => read({ ...f.k1Jwk, ...nothing, oth: [{}] }));
    refused("wrong_key", /private/, () => read({ ...f.k1Jwk, ...nothing, d: "" }));
  });

  test("takes EdDSA and Ed25519 for one algorithm, in keys and in options (RFC 9864)", () => {
    const { alg: _alg, ...plain } = f.k2Jwk;
    for (const key of [plain, { ...plain, alg: "EdDSA" }, { ...plain, alg: "Ed25519" }])
      for (const algorithms of [["EdDSA"], ["Ed25519"], ["EdDSA", "Ed25519"]] as const)
        assert.equal(read(key, algorithms).keys[0]?.alg, "EdDSA");
    refused("wrong_key", /No key/, () => read(f.k2Jwk, ["ES256"]));
  });

  test("counts keys of a SPIFFE bundle by their use, where the option says so", () => {
    const { alg: _alg, ...plain } = f.k1Jwk;
    const bundle = [
      { ...plain, use: "jwt-svid" },
      { ...plain, kid: "tls", use: "x509-svid" },
      { ...plain, kid: "none" },
    ];
    const rules = { algorithms: ["ES256"], keyUse: "jwt-svid" } as const;
    assert.deepEqual(
      readKeySet({ keys: bundle }, "public", rules).keys.map(({ kid }) => kid),
      ["k1"],
    );
    assert.deepEqual(
      readKeySet({ keys: bundle }, "public", { algorithms: ["ES256"] }).keys.map(({ kid }) => kid),
      ["none"],
    );
    refused("wrong_key", /option `keyUse`/, () => read({ ...plain, use: "jwt-svid" }, ["ES256"]));
  });

  test("pins a key without alg to the only allowed algorithm that fits, or to the one that the option names (J-07)", () => {
    const { alg: _alg, ...plain } = f.krJwk;
    assert.equal(read(plain, ["ES256", "PS256"]).keys[0]?.alg, "PS256");
    refused("wrong_key", /RS256 and PS256.*`keysWithoutAlg`/, () => read(plain, ["RS256", "PS256"]));
    const named = { algorithms: ["RS256", "PS256"], keysWithoutAlg: ["RS256"] } as const;
    assert.equal(readKeySet({ keys: [plain] }, "public", named).keys[0]?.alg, "RS256");
    assert.equal(readKeySet({ keys: [{ ...plain, alg: "PS256" }] }, "public", named).keys[0]?.alg, "PS256");
    refused("wrong_key", /No key/, () => read(plain, ["ES256"]));
    refused("wrong_key", /No key/, () => read(f.krJwk, ["PS256"]));
  });

  test("shows nothing but kid and alg of a key", () => {
    assert.deepEqual(JSON.parse(JSON.stringify(read(f.k1Jwk).keys)), [{ kid: "k1", alg: "ES256" }]);
  });
});
