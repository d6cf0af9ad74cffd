import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { BuildError } from "../problem/error.ts";
import type { SecretKeyAlgorithm } from "./algorithm.ts";
import { hmacSecret } from "./hmac-secret.ts";
import type { SecretBytes } from "./hmac-secret.ts";
import { jwks } from "./jwks.ts";
import { secretWeakness } from "./weak-secret.ts";
import * as f from "./token.fixture.ts";

const bytes = randomBytes(64);
const refusedWith =
  (code: string) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof BuildError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  };

describe("hmacSecret", () => {
  test("verifies with a secret in any named encoding", async () => {
    const spellings: readonly SecretBytes[] = [
      bytes,
      new Uint8Array(bytes),
      { base64url: bytes.toString("base64url") },
      { base64: bytes.toString("base64") },
      { base64: bytes.toString("base64url") },
      { base64url: bytes.toString("base64") },
      { hex: bytes.toString("hex") },
      { hex: bytes.toString("hex").toUpperCase() },
      { jwk: { kty: "oct", k: bytes.toString("base64url"), alg: "HS256" } },
    ];
    for (const spelling of spellings) {
      const by = f.verifier({ keys: hmacSecret(spelling), algorithms: ["HS256"] });
      const header = { alg: "HS256", typ: "at+jwt" };
      assert.ok(await f.accepted(by, f.compact(header, f.goodClaims(), f.hmac(bytes))));
      assert.equal(
        await f.refusal(by, f.compact(header, f.goodClaims(), f.hmac(bytes.subarray(1)))),
        "the signature does not verify",
      );
    }
  });

  test("replaces a secret by having two with names", async () => {
    const next = randomBytes(32);
    const by = f.verifier({ keys: [hmacSecret(bytes, { kid: "old" }), hmacSecret(next, { kid: "new" })], algorithms: ["HS256"] });
    const header = { alg: "HS256", typ: "at+jwt" };
    assert.ok(await f.accepted(by, f.compact({ ...header, kid: "old" }, f.goodClaims(), f.hmac(bytes))));
    assert.ok(await f.accepted(by, f.compact({ ...header, kid: "new" }, f.goodClaims(), f.hmac(next))));
    await f.refusal(by, f.compact({ ...header, kid: "new" }, f.goodClaims(), f.hmac(bytes)));
    await f.refusal(by, f.compact(header, f.goodClaims(), f.hmac(bytes)));
    assert.throws(
      () => f.verifier({ keys: [hmacSecret(bytes, { kid: "a" }), hmacSecret(next, { kid: "a" })], algorithms: ["HS256"] }),
      refusedWith("wrong_key"),
    );
  });

  test("refuses a plain text, and an encoding that is not the named one", () => {
    const wrong: readonly unknown[] = ["0".repeat(64), undefined, null, 1, {}, [], { text: "a".repeat(40) }, { jwk: f.k1Jwk }];
    // What a JavaScript caller might pass.
    for (const secret of wrong) assert.throws(() => hmacSecret(secret as SecretBytes), refusedWith("wrong_option"));
    for (const secret of [
      { hex: "xyz" },
      { hex: `${bytes.toString("hex")}0` },
      { base64: `${bytes.toString("base64")}=` },
      { base64: `${bytes.toString("base64")}\n` },
      { base64url: "A" },
    ]) {
      assert.throws(() => hmacSecret(secret), refusedWith("wrong_key"));
    }
    assert.throws(() => hmacSecret(bytes, { alg: "RS256" as "HS256" }), refusedWith("wrong_option"));
  });

  test("demands as many bytes as the hash has (J-51; RFC 7518 §3.2)", () => {
    const verifierWith = (length: number, alg: SecretKeyAlgorithm): unknown =>
      f.verifier({ keys: hmacSecret(bytes.subarray(0, length)), algorithms: [alg] });
    for (const [alg, length] of [
      ["HS256", 32],
      ["HS384", 48],
      ["HS512", 64],
    ] as const) {
      assert.ok(verifierWith(length, alg));
      assert.throws(() => verifierWith(length - 1, alg), refusedWith("weak_key"));
    }
    for (const length of [0, 3, 31]) assert.throws(() => hmacSecret(bytes.subarray(0, length)), refusedWith("weak_key"));
  });

  test("refuses secrets from manuals, words and patterns (M-09)", () => {
    const known = [
      "a-string-secret-at-least-256-bits-long",
      "your-256-bit-secret-your-256-bit-secret",
      "SUPER_SECRET_KEY_THAT_IS_LONG_ENOUGH_FOR_HS256",
      "change-me-please-before-going-live-0123",
      "changemechangemechangemechangeme",
      "this is my password for the whole thing",
      "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
      "12345678901234567890123456789012",
      "a".repeat(40),
      "abc".repeat(20),
    ];
    for (const text of known) assert.throws(() => hmacSecret(Buffer.from(text)), refusedWith("weak_key"), text);
    const patterns = [
      Buffer.alloc(32),
      Buffer.alloc(64, 255),
      Buffer.from(Array.from({ length: 64 }, (_, index) => index)),
      Buffer.concat([bytes.subarray(0, 16), bytes.subarray(0, 16)]),
    ];
    for (const pattern of patterns) assert.throws(() => hmacSecret(pattern), refusedWith("weak_key"));
    assert.throws(
      () => hmacSecret({ hex: "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7" }),
      refusedWith("weak_key"),
    );
    assert.throws(
      () => hmacSecret({ base64url: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow" }),
      refusedWith("weak_key"),
    );
  });

  test("accepts random secrets, written as bytes, hexadecimal text or base64 text", () => {
    for (let time = 0; time < 300; time += 1) {
      const random = randomBytes(32);
      for (const secret of [random, Buffer.from(random.toString("hex")), Buffer.from(random.toString("base64"))]) {
        assert.equal(secretWeakness(secret), undefined, random.toString("hex"));
      }
    }
    fc.assert(fc.property(fc.uint8Array({ minLength: 0, maxLength: 80 }), (any) => void secretWeakness(any)));
  });

  test("shows nothing when it is printed or serialised (M-08)", () => {
    const secret = hmacSecret(bytes, { kid: "s" });
    const shown = inspect(secret, { depth: 9, showHidden: true }) + JSON.stringify({ secret });
    for (const encoding of ["base64url", "hex", "base64"] as const) assert.ok(!shown.includes(bytes.toString(encoding)));
    assert.ok(
      !inspect(f.verifier({ keys: secret, algorithms: ["HS256"] }), { depth: 9, showHidden: true }).includes(
        bytes.toString("base64url"),
      ),
    );
  });

  test("is never combined with public keys (RFC 8725 §3.1)", () => {
    const secret = hmacSecret(bytes);
    const publicKeys = jwks({ keys: [f.k1Jwk] });
    assert.ok(f.verifier({ keys: publicKeys, algorithms: ["ES256"] }));
    const mixes: readonly Readonly<Record<string, unknown>>[] = [
      { keys: secret, algorithms: ["ES256"] },
      { keys: secret, algorithms: ["HS256", "ES256"] },
      { keys: publicKeys, algorithms: ["HS256"] },
      { keys: publicKeys, algorithms: ["ES256", "HS256"] },
      { keys: [secret, publicKeys], algorithms: ["HS256"] },
      { keys: [publicKeys], algorithms: ["ES256"] },
      { keys: [], algorithms: ["HS256"] },
    ];
    for (const mix of mixes) assert.throws(() => f.verifier(mix), refusedWith("wrong_option"));
  });
});
